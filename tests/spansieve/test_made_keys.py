"""Keys that the program makes: one a name, kept where a storage runs, the same in all processes, shown nowhere."""

import json
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from spansieve.extensions.storage import SqliteStorage, StorageConfig
from spansieve.made_keys import MadeKeys
from spansieve.plugin import Config, Extension, MadeKey
from spansieve.testing import FakeHost

LOG = logging.LoggerAdapter(logging.getLogger("spansieve"), {})


class Nothing(Config):
    """No keys."""


class Other(Extension[Nothing]):
    """An extension that stores nothing."""

    config = Nothing


def opened(directory: Path, **settings: object) -> SqliteStorage:
    storage = SqliteStorage(StorageConfig(directory=str(directory), min_free_bytes=0), FakeHost("storage"))
    storage.start()
    return storage


@pytest.fixture
def storage(tmp_path: Path) -> Iterator[SqliteStorage]:
    storage = opened(tmp_path / "kept")
    yield storage
    storage.shutdown()


def ask(keys: MadeKeys, name: str = "a", storage: str | None = None) -> MadeKey:
    return keys.get(name, storage, LOG, "hashes do not compare")


def test_a_key_is_kept_by_the_first_extension_that_stores(tmp_path: Path, storage: SqliteStorage) -> None:
    other = Other(Nothing(), FakeHost("other"))
    first = ask(MadeKeys({"other": other, "storage": storage}))
    storage.shutdown()
    again = opened(tmp_path / "kept")
    assert ask(MadeKeys({"storage": again})) == first
    assert first.lasting
    assert len(first.key) == 32
    again.shutdown()


def test_the_files_of_a_kept_key_are_for_their_owner_alone(tmp_path: Path, storage: SqliteStorage) -> None:
    ask(MadeKeys({"storage": storage}))
    files = [path for path in (tmp_path / "kept").iterdir() if path.name.startswith("keys.db")]
    assert files
    assert {path.stat().st_mode & 0o777 for path in files} == {0o600}


def test_all_who_ask_for_a_name_get_one_key_and_other_names_other_keys(storage: SqliteStorage) -> None:
    keys = MadeKeys({"storage": storage})
    assert ask(keys) == ask(keys) == ask(keys, storage="storage")
    assert ask(keys, "b") != ask(keys)


@pytest.mark.parametrize(
    ("named", "why"),
    [(None, "no storage extension runs"), ("gone", "the storage extension gone does not run")],
)
def test_without_storage_a_key_lives_as_long_as_the_process_and_that_is_said_once(
    caplog: pytest.LogCaptureFixture, named: str | None, why: str
) -> None:
    keys = MadeKeys({"other": Other(Nothing(), FakeHost("other"))})
    made = ask(keys, storage=named)
    assert ask(keys, storage=named) == made
    assert not made.lasting
    [said] = caplog.messages
    assert why in said
    assert "hashes do not compare" in said
    assert made.key.hex() not in said


def test_a_storage_that_takes_nothing_does_not_stop_the_program(
    caplog: pytest.LogCaptureFixture, storage: SqliteStorage
) -> None:
    storage.shutdown()
    assert not ask(MadeKeys({"storage": storage})).lasting
    assert "the storage is closed" in caplog.text


def test_another_process_is_told_the_keys_and_makes_none(storage: SqliteStorage) -> None:
    keys = MadeKeys({"storage": storage})
    kept, passing = ask(keys), ask(MadeKeys({}), "b")
    child = MadeKeys({})
    child.hear(json.loads(json.dumps(keys.tell())))
    assert ask(child) == kept
    with pytest.raises(ValueError, match="the key b was not asked for"):
        ask(child, "b")
    assert passing.key not in str(kept).encode()


def test_a_key_is_in_no_text(storage: SqliteStorage) -> None:
    made = ask(MadeKeys({"storage": storage}))
    assert made.key.hex() not in repr(made)
    assert repr(made.key) not in repr(made)
