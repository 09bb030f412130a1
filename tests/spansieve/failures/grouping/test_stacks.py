"""Frames: the top three of one's own code, whatever the language, without what moves."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spansieve.failures.grouping import Grouper
from spansieve.failures.grouping.stacks.frame import module_of


def frames(stack: str, include: tuple[str, ...] = (), exclude: tuple[str, ...] = ()) -> tuple[str, ...]:
    return Grouper(include=include, exclude=exclude).group("E", "", stack, "").frames


def cause(stack: str) -> str:
    return Grouper().group("E", "", stack, "").cause_type


def python(*calls: tuple[str, str], tail: str = "E: x") -> str:
    lines = [f'  File "{file}", line {at}, in {function}\n    go()' for at, (file, function) in enumerate(calls, 3)]
    return "\n".join(["Traceback (most recent call last):", *lines, tail])


def javascript(*calls: str) -> str:
    return "\n".join(["Error: x", *(f"    at {call}" for call in calls)])


def java(*calls: str, head: str = "a.B: x") -> str:
    return "\n".join([head, *(f"\tat {call}" for call in calls), ""])


def go(*calls: tuple[str, str]) -> str:
    return "panic: x\n\ngoroutine 7 [running]:\n" + "".join(f"{call}\n\t{file}:5 +0x1\n" for call, file in calls)


def rust(*calls: tuple[str, str]) -> str:
    lines = [f"   {at}: {call}\n             at {file}:3:1" for at, (call, file) in enumerate(calls)]
    return "\n".join(["thread 'main' panicked at src/main.rs:5:10:", "x", "stack backtrace:", *lines])


@pytest.mark.parametrize(
    ("path", "module"),
    [
        ("/app/bot/tools/fs.py", "tools/fs"),
        ("C:\\Users\\bob\\bot\\tools\\fs.py", "tools/fs"),
        ("/home/alice/main.py", "main"),
        ("/home/alice/bot/main.py", "bot/main"),
        ("/app/main.py", "main"),
        ("/usr/src/app/main.py", "main"),
        ("/agent/main.py", "main"),
        ("src/main.py", "src/main"),
        ("main.py", "main"),
        ("file:///srv/bot/a.mjs", "bot/a"),
        ("https://cdn.acme.io/js/main.3f2a1b9c.js", "js/main.3f2a1b9c"),
        ("https://cdn.acme.io/main.js", "main"),
        ("webpack-internal:///(rsc)/./src/app/page.tsx", "app/page"),
        ("<stdin>", "<stdin>"),
        ("", ""),
        ("/", ""),
    ],
)
def test_a_module_is_a_file_with_its_folder_and_no_root(path: str, module: str) -> None:
    assert module_of(path) == module


def test_the_top_three_frames_of_ones_own_code_count_innermost_first() -> None:
    stack = python(*((f"/app/bot/{name}.py", name) for name in ("main", "one", "two", "three")))
    assert frames(stack) == ("bot/three.three", "bot/two.two", "bot/one.one")


@pytest.mark.parametrize(
    "file",
    [
        "/v/lib/python3.11/site-packages/urllib3/pool.py",
        "/usr/lib/python3/dist-packages/yaml/x.py",
        "/usr/lib/python3.11/asyncio/tasks.py",
        "C:\\Python311\\Lib\\json\\decoder.py",
        "<frozen importlib._bootstrap>",
    ],
)
def test_libraries_of_python_do_not_count(file: str) -> None:
    assert frames(python(("/app/bot/main.py", "main"), (file, "f"))) == ("bot/main.main",)


def test_where_no_frame_is_in_app_the_top_two_count() -> None:
    files = ("/v/site-packages/a/x.py", "/v/site-packages/a/y.py", "/v/site-packages/a/z.py")
    assert frames(python(*((file, "f") for file in files))) == ("a/z.f", "a/y.f")


def test_in_app_is_overridden_by_what_is_configured() -> None:
    stack = python(("/app/bot/main.py", "main"), ("/v/site-packages/mine/x.py", "f"), ("/app/vendor/y.py", "g"))
    assert frames(stack, include=("site-packages/mine",)) == ("vendor/y.g", "mine/x.f", "bot/main.main")
    assert frames(stack, exclude=("/vendor/",)) == ("bot/main.main",)


def test_the_last_block_of_a_chain_counts_and_the_first_ones_type_is_the_cause() -> None:
    first = python(("/app/bot/db.py", "query"), tail="psycopg2.OperationalError: gone")
    last = python(("/app/bot/main.py", "main"), tail="ValueError: x")
    stack = f"{first}\n\nDuring handling of the above exception, another exception occurred:\n\n{last}"
    assert frames(stack) == ("bot/main.main",)
    assert cause(stack) == "OperationalError"
    assert cause(last) == ""


def test_the_last_exception_of_a_group_counts() -> None:
    stack = """  + Exception Group Traceback (most recent call last):
  |   File "/app/bot/main.py", line 3, in main
  | ExceptionGroup: errors (1 sub-exception)
  +-+---------------- 1 ----------------
    | Traceback (most recent call last):
    |   File "/app/bot/web.py", line 9, in fetch
    | ValueError: x
    +------------------------------------"""
    assert frames(stack) == ("bot/web.fetch",)
    assert cause(stack) == "ExceptionGroup"


def test_what_is_made_up_for_a_run_goes_from_a_module() -> None:
    assert frames(python(("/var/x/tmpab12cd34/exec_8f3a21bc.py", "<module>"))) == ("tmp<id>/exec_<id>.<module>",)


def test_recursion_folds_and_local_functions_are_their_own() -> None:
    stack = python(("/app/bot/a.py", "walk"), ("/app/bot/a.py", "walk"), ("/app/bot/a.py", "f.<locals>.g"))
    assert frames(stack) == ("bot/a.f.g", "bot/a.walk")


@pytest.mark.parametrize(
    ("call", "frame"),
    [
        ("plan (/srv/bot/p.js:10:5)", "bot/p.plan"),
        ("async plan (file:///srv/bot/p.js:10:5)", "bot/p.plan"),
        ("new Planner (/srv/bot/p.ts:10:5)", "bot/p.Planner"),
        ("Agent.run [as handler] (/srv/bot/p.js:1:1)", "bot/p.Agent.run"),
        ("Object.<anonymous> (/srv/bot/p.js:1:1)", "bot/p.<anon>"),
        ("<anonymous> (/srv/bot/p.js:1:1)", "bot/p.<anon>"),
        ("/srv/bot/p.js:1:1", "bot/p.<anon>"),
        ("async /srv/bot/p.js:1:1", "bot/p.<anon>"),
        ("C:\\bot\\p.js:1:1", "p.<anon>"),
        ("eval (eval at run (/srv/bot/p.js:1:1), <anonymous>:3:5)", "bot/p.eval"),
        ("a (https://cdn.acme.io/js/main.3f2a1b9c.js?v=3:1:23456)", "js/main.<hex>.a"),
    ],
)
def test_frames_of_javascript(call: str, frame: str) -> None:
    assert frames(javascript(call)) == (frame,)


@pytest.mark.parametrize(
    "call",
    [
        "async Promise.all (index 0)",
        "Array.map (<anonymous>)",
        "Module._compile (node:internal/modules/cjs/loader:1256:14)",
        "node:internal/main/run_main_module:28:49",
        "request (/srv/bot/node_modules/openai/core.js:1:1)",
        "next (internal/process/next_tick.js:68:7)",
    ],
)
def test_what_is_no_code_of_ones_own_in_javascript(call: str) -> None:
    assert frames(javascript(call, "run (/srv/bot/b.js:1:1)")) == ("bot/b.run",)


def test_the_cause_that_node_prints_behind_an_error_is_no_frame_of_it() -> None:
    stack = javascript("run (/srv/bot/b.js:1:1)") + " {\n  [cause]: TypeError: y\n      at f (/srv/bot/c.js:1:1)\n}"
    assert frames(stack) == ("bot/b.run",)
    assert cause(stack) == "TypeError"


@pytest.mark.parametrize(
    ("call", "frame"),
    [
        ("com.acme.Bot.run(Bot.java:5)", "com.acme.Bot.run"),
        ("app//com.acme.Bot.run(Bot.java:5)", "com.acme.Bot.run"),
        ("com.acme.Bot.lambda$run$12(Bot.java:5)", "com.acme.Bot.lambda$run"),
        ("com.acme.$Proxy87.find(Unknown Source)", "com.acme.$Proxy.find"),
        ("com.acme.Bot$$SpringCGLIB$$0.run(<generated>)", "com.acme.Bot.run"),
        ("com.acme.Bot$$Lambda$14/0x0000000800066840.run(Unknown Source)", "com.acme.Bot$$Lambda.run"),
        ("com.acme.BotKt.main(Bot.kt)", "com.acme.BotKt.main"),
    ],
)
def test_frames_of_java(call: str, frame: str) -> None:
    assert frames(java(call)) == (frame,)


@pytest.mark.parametrize("package", ["java.util", "javax.x", "sun.nio", "com.sun.proxy", "jdk.proxy2", "kotlin.x"])
def test_the_jvms_own_code_and_spring_do_not_count(package: str) -> None:
    assert frames(java(f"{package}.A.b(A.java:1)", "com.acme.Bot.run(Bot.java:5)")) == ("com.acme.Bot.run",)
    assert frames(java("org.springframework.A.b(A.java:1)", "c.D.e(D.java:5)")) == ("c.D.e",)


def test_the_innermost_cause_of_java_counts_and_what_was_suppressed_does_not() -> None:
    stack = (
        java("com.acme.Api.call(Api.java:1)")
        + java("com.acme.Dao.find(Dao.java:4)", head="Caused by: java.sql.SQLException: gone")
        + "\tSuppressed: a.C: y\n\t\tat com.acme.Pool.close(Pool.java:1)\n"
    )
    assert frames(stack) == ("com.acme.Dao.find",)
    assert cause(stack) == "SQLException"


def test_frames_of_go() -> None:
    stack = go(
        ("panic({0x5a1c20?, 0xc000012345?})", "/usr/local/go/src/runtime/panic.go"),
        ("github.com/gin-gonic/gin.(*Context).Next(0xc1)", "/root/go/pkg/mod/github.com/gin/context.go"),
        ("example.org/bot/internal/plan.(*R).Do(0xc00, {0x1, 0x2})", "/src/r.go"),
        ("example.org/bot.Run.func1.2()", "/src/run.go"),
        ("net/http.HandlerFunc.ServeHTTP(0x1)", "/opt/go1.22/src/net/http/server.go"),
        ("created by example.org/bot.Start in goroutine 1", "/src/start.go"),
    )
    assert frames(stack) == (
        "example.org/bot/internal/plan.(*R).Do",
        "example.org/bot.Run.func",
        "example.org/bot.Start",
    )


def test_only_the_goroutine_that_failed_counts() -> None:
    other = "\ngoroutine 8 [select]:\nexample.org/bot.Wait()\n\t/src/w.go:5 +0x1\n"
    assert frames(go(("example.org/bot.Do(0x1)", "/src/r.go")) + other) == ("example.org/bot.Do",)


def test_frames_of_rust() -> None:
    stack = rust(
        ("rust_begin_unwind", "/rustc/abc/library/std/src/panicking.rs"),
        ("core::option::unwrap_failed", "/rustc/abc/library/core/src/option.rs"),
        ("bot::planner::plan::h0123456789abcdef", "./src/planner.rs"),
        ("tokio::runtime::park", "/root/.cargo/registry/src/index/tokio-1.40.0/src/park.rs"),
        ("bot::main::{{closure}}", "./src/main.rs"),
    )
    assert frames(stack) == ("bot::planner::plan", "bot::main::{{closure}}")


def test_the_causes_that_an_error_of_rust_lists_are_no_frames() -> None:
    causes = "x\n\nCaused by:\n    0: first\n    1: second\n\n"
    stack = f"{causes}Stack backtrace:\n   0: bot::load\n             at ./src/l.rs:1:1\n"
    assert frames(stack) == ("bot::load",)


def test_a_stack_of_no_known_language_has_no_frames() -> None:
    assert frames("something went wrong\nin line 3") == ()


LINES = st.sampled_from(
    [
        *(
            "Traceback (most recent call last):",
            '  File "/a/b.py", line 3, in f',
            "    at f (/a/b.js:1:1)",
            "\tat a.B.c(B.java:1)",
        ),
        *(
            "Caused by: a.B: c",
            "goroutine 1 [running]:",
            "main.f()",
            "\t/a.go:1",
            "stack backtrace:",
            "   0: a::b",
            "  | x",
            "",
        ),
        *(
            "    at eval (eval at x (",
            "[cause]: E",
            "\tSuppressed: x",
            "  + Exception Group Traceback (most recent call last):",
        ),
    ]
)


@given(st.lists(LINES | st.text(max_size=40), max_size=12).map("\n".join))
def test_no_stack_is_too_odd(stack: str) -> None:
    assert len(frames(stack)) <= 3
