"""What outlives the process."""

from tests.disk import Disk

from .house import House, agent, tool

DAY = 86_400.0


def test_a_retry_of_what_was_asked_before_the_restart_is_one() -> None:
    house = House(Disk())
    house.ask(user="u1", thread="t1", spansieve__ai__prompt__hash="k:1")
    house.pass_(30)
    house = house.stopped()
    house.ask(user="u1", thread="t1", spansieve__ai__prompt__hash="k:1")
    house.pass_(400)
    assert house.numbers()["spansieve_tasks_total", "retried"] == 1


def test_a_task_that_was_open_is_settled_after_the_restart() -> None:
    house = House(Disk())
    house.ask(user="u1")
    house.pass_(60)
    house = house.killed()
    house.pass_(400)
    assert house.numbers()["spansieve_tasks_total", "completed"] == 1
    house = house.stopped()
    house.pass_(400)
    assert ("spansieve_tasks_total", "completed") not in house.numbers()


def test_nobody_is_told_twice_of_a_frustrated_user() -> None:
    house = House(Disk())
    for _ in range(5):
        house.ask("why does it not work", user="u1", thread="t1")
        house.pass_(30)
    assert [one.status for one in house.alerts()] == ["firing"]
    house = house.stopped()
    house.pass_(20)
    for _ in range(2):
        house.ask("why does it not work", user="u1", thread="t1", spansieve__ai__prompt__hash="k:1")
        house.pass_(30)
    house.pass_(400)
    assert [one.status for one in house.alerts()] == ["resolved"]


def test_users_who_come_back_are_known_over_a_restart_on_each_day() -> None:
    house = House(Disk(), events=[], features=[{"name": "beta", "key": "beta"}])
    for day in range(9):
        for number in range(4):
            if day == 0 or number < 3:
                house.ask(user=f"u{number}", beta=True)
        house.pass_(DAY, step=3600)
        house = house.stopped() if day % 2 else house.killed()
    house.pass_(10)
    numbers = house.numbers()
    assert numbers["spansieve_return_user_ratio",] == 0.75
    assert numbers["spansieve_feature_adoption_ratio", "beta"] == 1


def test_a_feature_keeps_its_users_when_another_takes_its_place() -> None:
    house = House(Disk(), features=[{"name": "old", "key": "old"}, {"name": "stays", "key": "stays"}])
    house.ask(user="u1", old=True, stays=True)
    house.ask(user="u2", old=True)
    house.pass_(30)
    house.given = {"features": [{"name": "stays", "key": "stays"}, {"name": "new", "key": "new"}]}
    numbers = house.stopped().numbers()
    assert numbers["spansieve_feature_adoption_ratio", "stays"] == 0.5
    assert numbers["spansieve_feature_adoption_ratio", "new"] == 0


def test_workflows_are_known_after_a_restart() -> None:
    house = House(Disk(), workflows={"support": 2})
    for _ in range(2):
        house.send(agent(user__id="u1"), tool("a", at=1), tool("b", at=2))
        house.pass_(20)
    assert [row["tools"] for row in house.stopped().table("workflows")] == ["a → b"]


def test_no_text_is_written() -> None:
    disk = Disk()
    house = House(disk)
    house.ask("the secret plan of ours", user="u1", thread="t1")
    house.pass_(60)
    house.behavior.shutdown()
    assert disk.kept
    assert not any(b"secret plan" in value for value in disk.kept.values())


def test_what_can_not_be_read_is_left_out_and_the_rest_is_taken() -> None:
    disk = Disk()
    house = House(disk)
    house.ask(user="u1")
    house.ask(user="u2")
    house.pass_(60)
    house.behavior.shutdown()
    for key in [key for key in disk.kept if key.startswith(("user/user u1", "state/day"))]:
        disk.kept[key] = b'{"of": "another version"}'
    house = house.killed()
    house.pass_(400)
    assert house.numbers()["spansieve_tasks_total", "completed"] == 2


def test_while_the_disk_is_full_all_goes_on_and_it_is_written_later() -> None:
    disk = Disk()
    house = House(disk)
    disk.full = True
    house.ask(user="u1")
    house.pass_(60)
    assert house.host.counts["faults", "StorageError"]
    disk.full = False
    house.pass_(60)
    house = house.killed()
    house.pass_(400)
    numbers = house.numbers()
    assert numbers["spansieve_tasks_total", "completed"] == 1
    assert numbers["spansieve_users_active", "1d"] == 1


def test_what_was_forgotten_is_forgotten_on_disk() -> None:
    disk = Disk()
    house = House(disk, max_users=3)
    for number in range(20):
        house.ask(user=f"u{number}")
        house.pass_(30)
    house.pass_(4000, step=100)
    house.behavior.shutdown()
    assert sum(key.startswith("user/") for key in disk.kept) == 3
    assert not any(key.startswith(("task/", "thread/")) for key in disk.kept)
    assert house.host.counts["spansieve_behavior_forgotten", "users"] == 17
