"""Why the files of a listing may not be taken for all of it: what is missing, cut off or only looks whole."""

from audit.records import Listing
from audit.sources.export_names import NamedFile, missing_numbers
from audit.sources.files import ExportFile, Page

DEFAULT_SIZES = {
    "users": (100, "exactly 100 rows: the default page of Graph; export again with -All"),
    "mailboxes": (
        1000,
        "exactly 1,000 rows: the default -ResultSize; export again with -ResultSize Unlimited",
    ),
}
"""Where Microsoft's tools stop without a word unless told otherwise, by the side of a listing."""
_NAMED = 5
"""So many of a kind are named in a message."""


def doubts(listing: Listing, named: list[NamedFile], read: list[ExportFile]) -> list[str]:
    """Return why the listing is not complete; empty where nothing speaks against it."""
    return [*_gaps(named), *_cuts(read), *_default_size(listing, read)]


def names_of(names: list[str]) -> str:
    """Name the first few, and say how many more there are."""
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more


def _gaps(files: list[NamedFile]) -> list[str]:
    missing = missing_numbers(files)
    names = ", ".join(file.path.name for file in files[:_NAMED])
    numbers = ", ".join(map(str, missing[:_NAMED]))
    return [f"number {numbers} is missing among {names}"] if missing else []


def _cuts(files: list[ExportFile]) -> list[str]:
    """Say where pages break off, miss rows or carry the service's own complaint."""
    pages = [(file.name, page, file.is_one_list) for file in files for page in file.pages]
    reasons = [f"{name}: {page.trouble}" for name, page, _ in pages if page.trouble]
    answers: list[list[tuple[str, Page]]] = [[]]
    for number, (name, page, _) in enumerate(pages, 1):
        answers[-1].append((name, page))
        # A link leads to a page: a table or an array that happens to come next is not the rest of it.
        is_followed = page.has_next and number < len(pages) and not pages[number][2]
        if page.has_next and not is_followed:
            reasons.append(f"{name}: its @odata.nextLink has no following page in the folder")
        if not is_followed:
            answers.append([])
    for answer in answers:
        rows = sum(len(page.rows) for _, page in answer)
        reasons += [
            f"{name}: @odata.count says {page.count} rows, there are {rows}"
            for name, page in answer
            if page.count not in {None, rows}
        ]
    return reasons


def _default_size(listing: Listing, files: list[ExportFile]) -> list[str]:
    if listing.side not in DEFAULT_SIZES:
        return []
    size, remark = DEFAULT_SIZES[listing.side]
    names = [file.name for file in files if file.is_one_list and len(file.rows) == size]
    return [f"{names_of(names)}: {remark}"] if names else []
