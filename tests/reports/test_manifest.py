from pathlib import Path

import pytest

from audit.errors import InputError
from reports import manifest


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    """Return a folder with two files and their manifest."""
    (tmp_path / "a.txt").write_text("a")
    (tmp_path / "b.txt").write_text("b")
    manifest.write([tmp_path / "a.txt", tmp_path / "b.txt"], "run-1", tmp_path / manifest.MANIFEST)
    return tmp_path


def test_untouched_pack_is_ok(pack: Path) -> None:
    """Every file is as it was written."""
    assert manifest.verify(pack) == [("a.txt", "ok"), ("b.txt", "ok")]


def test_changed_missing_and_added_files_are_found(pack: Path) -> None:
    """Same size or not, a changed file is found; so is one that is gone or new."""
    (pack / "a.txt").write_text("x")
    (pack / "b.txt").unlink()
    (pack / "c.txt").write_text("c")

    verdicts = manifest.verify(pack)

    assert verdicts == [("a.txt", "changed"), ("b.txt", "missing"), ("c.txt", "not in the manifest")]


@pytest.mark.parametrize("text", ["", "[]", '{"files": [{"name": "a"}]}', "nonsense"])
def test_broken_manifest_is_an_input_error(pack: Path, text: str) -> None:
    """A manifest that cannot be read proves nothing and says so."""
    (pack / manifest.MANIFEST).write_text(text)

    with pytest.raises(InputError, match="not a manifest"):
        manifest.verify(pack)


def test_folder_without_manifest_is_an_input_error(tmp_path: Path) -> None:
    """The error names the file that was looked for."""
    with pytest.raises(InputError, match=r"manifest\.json"):
        manifest.verify(tmp_path)


@pytest.mark.parametrize("name", ["../secret", "/etc/passwd", "..", "a\\\\b", ""])
def test_manifest_cannot_name_files_elsewhere(pack: Path, name: str) -> None:
    """A forged manifest must not make the check read other folders."""
    (pack / manifest.MANIFEST).write_text(f'{{"files": [{{"name": "{name}", "size": 1, "sha256": "0"}}]}}')

    with pytest.raises(InputError, match="outside its folder"):
        manifest.verify(pack)
