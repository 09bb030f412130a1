// Sends one trace with the OpenTelemetry JS SDK: node send.mjs <http|proto|grpc> <endpoint>. Prints the ids of its spans.
import { SpanStatusCode, context, trace } from "@opentelemetry/api";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { BatchSpanProcessor, NodeTracerProvider } from "@opentelemetry/sdk-trace-node";

const [protocol, url] = process.argv.slice(2);
const { OTLPTraceExporter } = await import(`@opentelemetry/exporter-trace-otlp-${protocol}`);
const provider = new NodeTracerProvider({
  resource: resourceFromAttributes({ "service.name": `js-${protocol}` }),
  spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter({ url }))],
});
const tracer = provider.getTracer("send", "1.0.0");

const run = tracer.startSpan("invoke_agent desk", { attributes: { "gen_ai.operation.name": "invoke_agent" } });
const inside = trace.setSpan(context.active(), run);
const call = tracer.startSpan(
  "chat gpt-4.1",
  {
    attributes: {
      "gen_ai.request.model": "gpt-4.1",
      "gen_ai.usage.input_tokens": 211,
      "gen_ai.request.temperature": 0.25,
      "gen_ai.response.finish_reasons": ["stop", "length"],
      "app.streamed": true,
      "app.text": "Grüße, 日本 \u{1F600}",
    },
  },
  inside,
);
call.end();
const tool = tracer.startSpan("execute_tool sync_ledger", {}, inside);
tool.recordException(new Error("ledger is closed"));
tool.setStatus({ code: SpanStatusCode.ERROR, message: "ledger is closed" });
tool.end();
run.end();

await provider.shutdown();
const ids = [run, call, tool].map((span) => span.spanContext());
console.log(JSON.stringify({ trace: ids[0].traceId, spans: ids.map((id) => id.spanId) }));
