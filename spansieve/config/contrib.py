"""Names of the Go Collector's best-known components, so that we can say of one that spansieve doesn't have it.

The names are those of opentelemetry-collector and opentelemetry-collector-contrib; the list need not be complete.
"""

from collections.abc import Mapping

__all__ = ["GO_COMPONENTS"]


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


GO_COMPONENTS: Mapping[str, frozenset[str]] = {
    "receivers": _names(
        "awscloudwatch awsxray azureeventhub datadog docker_stats elasticsearch filelog fluentforward "
        "googlecloudpubsub hostmetrics httpcheck jaeger journald k8s_cluster k8s_events k8sobjects kafka kafkametrics "
        "kubeletstats loki mongodb mysql nginx nop opencensus otelarrow otlp otlpjsonfile postgresql prometheus "
        "prometheusremotewrite pulsar rabbitmq redis sqlquery skywalking splunk_hec statsd syslog tcplog udplog "
        "webhookevent windowseventlog zipkin"
    ),
    "processors": _names(
        "attributes batch cumulativetodelta deltatocumulative deltatorate filter gen_ai_normalizer geoip groupbyattrs "
        "groupbytrace interval isolationforest k8sattributes logdedup logstransform memory_limiter "
        "metricsgeneration metricstransform probabilistic_sampler redaction remotetap resource resourcedetection "
        "schema span sumologic tail_sampling transform unroll"
    ),
    "exporters": _names(
        "alibabacloud_logservice awscloudwatchlogs awsemf awss3 awsxray azuredataexplorer azuremonitor cassandra "
        "clickhouse coralogix datadog debug doris elasticsearch file googlecloud googlecloudpubsub "
        "googlemanagedprometheus honeycombmarker influxdb kafka loadbalancing logging logzio loki mezmo nop "
        "opensearch otelarrow otlp otlp_grpc otlp_http otlphttp prometheus prometheusremotewrite pulsar rabbitmq "
        "sentry signalfx splunk_hec sumologic syslog tencentcloud_logservice zipkin"
    ),
    "extensions": _names(
        "ack asapauth awsproxy basicauth bearertokenauth cgroupruntime db_storage docker_observer ecs_observer "
        "file_storage headers_setter health_check healthcheckv2 host_observer http_forwarder jaegerremotesampling "
        "k8s_leader_elector k8s_observer memory_ballast memory_limiter oauth2client oidc opamp pprof redis_storage "
        "remotetap sigv4auth zpages"
    ),
    "connectors": _names(
        "count datadog exceptions failover forward grafanacloud otlpjson roundrobin routing servicegraph "
        "signaltometrics spanmetrics sum"
    ),
}
"""Type names by kind."""
