"""Which memory limit holds for a process, as the kernel's files tell it."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from spansieve.memory.cgroup import limits, total_bytes

MIB = 1024 * 1024
V1_UNLIMITED = "9223372036854771712"


@pytest.fixture
def proc(tmp_path: Path) -> Path:
    (tmp_path / "proc").mkdir()
    return tmp_path / "proc"


def lay(proc: Path, cgroup: str, mountinfo: str, files: Mapping[str, str]) -> None:
    """Write what /proc/self and the mounted hierarchy, at `{at}`, say."""
    at = proc.parent / "fs"
    (proc / "cgroup").write_text(cgroup)
    (proc / "mountinfo").write_text(mountinfo.format(at=at))
    for name, text in files.items():
        (at / name).parent.mkdir(parents=True, exist_ok=True)
        (at / name).write_text(f"{text}\n")


V2 = "30 23 0:26 / {at} rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate\n"


def test_in_nested_groups_of_version_2_the_smallest_counts(proc: Path) -> None:
    files = {"a/memory.max": str(64 * MIB), "a/b/memory.max": "max", "a/b/c/memory.max": str(256 * MIB)}
    lay(proc, "0::/a/b/c\n", V2, files)
    assert min(limits(proc)) == total_bytes(proc) == 64 * MIB


def test_a_group_beside_ours_does_not_count(proc: Path) -> None:
    lay(proc, "0::/a\n", V2, {"a/memory.max": str(64 * MIB), "other/memory.max": str(MIB)})
    assert limits(proc) == [64 * MIB]


def test_version_1_with_other_controllers_beside_it(proc: Path) -> None:
    mounts = (
        "31 23 0:27 / {at}/cpu rw - cgroup cgroup rw,cpu,cpuacct\n"
        "32 23 0:28 / {at}/memory rw - cgroup cgroup rw,memory\n"
    )
    files = {"memory/memory.limit_in_bytes": V1_UNLIMITED, "memory/job/memory.limit_in_bytes": str(100 * MIB)}
    lay(proc, "5:cpu,cpuacct:/x\n4:memory:/job\n0::/\n", mounts, files)
    assert total_bytes(proc) == 100 * MIB


def test_a_container_that_sees_its_hosts_path_finds_its_own_group(proc: Path) -> None:
    mounts = "32 23 0:28 /docker/abc {at} ro - cgroup cgroup rw,memory\n"
    lay(proc, "4:memory:/docker/abc\n", mounts, {"memory.limit_in_bytes": str(32 * MIB)})
    assert limits(proc) == [32 * MIB]


def test_a_path_outside_of_the_mount_means_the_mount(proc: Path) -> None:
    mounts = V2.replace(" / ", " /kubepods/pod1 ")
    lay(proc, "0::/../../elsewhere\n", mounts, {"memory.max": str(16 * MIB)})
    assert limits(proc) == [16 * MIB]


def test_a_mount_point_may_have_a_space(proc: Path) -> None:
    mounts = V2.replace("{at}", "{at}/with\\040space")
    lay(proc, "0::/\n", mounts, {"with space/memory.max": str(16 * MIB)})
    assert limits(proc) == [16 * MIB]


@pytest.mark.parametrize("text", ["max", "", "nonsense"])
def test_without_a_limit_the_machines_memory_counts(proc: Path, text: str) -> None:
    lay(proc, "0::/\n", V2, {"memory.max": text})
    assert limits(proc) == []
    assert total_bytes(proc) > 64 * MIB


def test_without_proc_the_machines_memory_counts(tmp_path: Path) -> None:
    assert limits(tmp_path) == []
    assert total_bytes(tmp_path) == total_bytes(tmp_path / "nowhere")


def test_more_than_the_machine_has_is_the_machine(proc: Path) -> None:
    lay(proc, "0::/\n", V2, {"memory.max": V1_UNLIMITED})
    assert total_bytes(proc) < int(V1_UNLIMITED)
