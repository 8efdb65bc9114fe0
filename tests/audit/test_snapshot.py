"""The snapshot: all that was read, read back exactly."""

import gzip
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from audit.errors import InputError
from audit.snapshot import read_snapshot, write_snapshot
from audit.sources.demo import DemoSource
from tests.audit.test_pipeline import _as_data, tenants
from tests.builders import AS_OF, Row, audit, make_deleted_mailbox, make_snapshot


def test_the_demo_tenant_is_read_back_exactly(tmp_path: Path) -> None:
    """Tables, known columns, coverage and header."""
    snapshot = DemoSource().collect(AS_OF)

    write_snapshot(snapshot, tmp_path / "s.gz")
    again = read_snapshot(tmp_path / "s.gz")

    assert (snapshot.tenant, snapshot.source, snapshot.taken_at, snapshot.as_of) == (
        again.tenant,
        again.source,
        again.taken_at,
        again.as_of,
    )
    assert snapshot.coverage == again.coverage
    assert {name: table.known for name, table in snapshot.tables.items()} == {
        name: table.known for name, table in again.tables.items()
    }
    assert all(table.frame.equals(again.tables[name].frame) for name, table in snapshot.tables.items())


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(tenants())
def test_a_snapshot_gives_the_same_findings(tmp_path: Path, tenant: dict[str, list[Row]]) -> None:
    """Replay is exact for any tenant."""
    snapshot = make_snapshot(tenant, incomplete={"users": "cut"})

    write_snapshot(snapshot, tmp_path / "s.gz")

    assert _as_data(audit(snapshot)) == _as_data(audit(read_snapshot(tmp_path / "s.gz")))


def test_absent_empty_and_false_stay_three_things(tmp_path: Path) -> None:
    """The audit rests on the difference."""
    absent, empty, false = (
        make_deleted_mailbox(1),
        make_deleted_mailbox(2, WasInactiveMailbox=None),
        make_deleted_mailbox(3),
    )
    del absent["UserPrincipalName"]
    snapshot = make_snapshot(soft_deleted_mailboxes=[absent, empty | {"UserPrincipalName": ""}, false])

    write_snapshot(snapshot, tmp_path / "s.gz")
    frame = read_snapshot(tmp_path / "s.gz").tables["soft_deleted_mailboxes"].frame

    assert [None, "", "person3@contoso.example"] == frame["UserPrincipalName"].tolist()
    assert [False, True, False] == frame["WasInactiveMailbox"].isna().tolist()


def test_two_writes_give_the_same_bytes(tmp_path: Path) -> None:
    """So a hash in a manifest means something."""
    snapshot = DemoSource().collect(AS_OF)

    write_snapshot(snapshot, tmp_path / "a.gz")
    write_snapshot(snapshot, tmp_path / "a2.gz")

    assert gzip.decompress((tmp_path / "a.gz").read_bytes()) == gzip.decompress(
        (tmp_path / "a2.gz").read_bytes()
    )


def _truncated(whole: bytes) -> bytes:
    return whole[: len(whole) // 2]


def _ends_early(whole: bytes) -> bytes:
    return gzip.compress(b"\n".join(gzip.decompress(whole).split(b"\n")[:3]))


def _of_the_future(whole: bytes) -> bytes:
    return gzip.compress(gzip.decompress(whole).replace(b'"format_version":1', b'"format_version":99', 1))


def _something_else(_whole: bytes) -> bytes:
    return gzip.compress(b'{"hello": "world"}\n')


def _not_gzip(_whole: bytes) -> bytes:
    return b"PK\x03\x04"


@pytest.mark.parametrize(
    ("damage", "named"),
    [
        (_truncated, "damaged"),
        (_ends_early, "ends early"),
        (_of_the_future, "format version 99"),
        (_something_else, "no snapshot"),
        (_not_gzip, "no snapshot"),
    ],
)
def test_a_damaged_snapshot_is_refused(tmp_path: Path, damage: object, named: str) -> None:
    """Naming the file and what is wrong with it; nothing is judged from half of it."""
    path = tmp_path / "s.gz"
    write_snapshot(DemoSource().collect(AS_OF), path)
    path.write_bytes(damage(path.read_bytes()))  # type: ignore[operator]

    with pytest.raises(InputError) as error:
        read_snapshot(path)

    assert str(path) in error.value.message
    assert named in error.value.message


def test_a_missing_snapshot_is_refused(tmp_path: Path) -> None:
    """With the path."""
    with pytest.raises(InputError, match="cannot be read"):
        read_snapshot(tmp_path / "none.gz")
