"""The settings: what may be configured, its defaults, and where a value comes from.

A value comes from the environment (`MAILBOX_AUDIT__SECTION__KEY`), else from the TOML file, else from here.
`jobs.settings_file` reads them; `jobs.docs` makes `config.example.toml` and `docs/configuration.md` of them.
"""

import re
from typing import Annotated, Literal, NamedTuple, Self
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    model_validator,
)
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from audit.windows import UrgencyLimits, Windows

PREFIX = "MAILBOX_AUDIT__"

_LONGEST = 3660
"""Ten years: beyond it a number of days is a slip of the keyboard."""


def _placeholder_is_unset(value: str) -> str:
    """Read the all-zero GUID of the documentation as not set."""
    return "" if set(value) <= {"0", "-"} else value.lower()


def _known_time_zone(value: str) -> str:
    if value:
        try:
            ZoneInfo(value)
        except (LookupError, ValueError, OSError):
            raise ValueError("the name of a time zone such as Europe/Vienna, or nothing") from None
    return value


def _not_empty(value: str) -> str:
    if not value.strip():
        raise ValueError("the path of a folder")
    return value


def _pattern(pattern: str, allowed: str) -> AfterValidator:
    """Allow what `pattern` matches whole, or nothing; `allowed` completes the sentence "must be …"."""

    def check(value: str) -> str:
        if value and not re.fullmatch(pattern, value, re.IGNORECASE):
            raise ValueError(f"{allowed}, or nothing")
        return value

    return AfterValidator(check)


Guid = Annotated[
    str,
    _pattern(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "a GUID such as 0f3c1a52-…"),
    AfterValidator(_placeholder_is_unset),
]
DomainName = Annotated[
    str, _pattern(r"([a-z0-9-]{1,63}\.)+[a-z0-9-]{2,63}", "a domain such as contoso.onmicrosoft.com")
]
Url = Annotated[str, _pattern(r"https?://[^\s/]+\S*", "an address that begins with https://")]
VariableName = Annotated[
    str, _pattern(r"[a-z_][a-z0-9_]*", "the name of an environment variable (never the secret itself)")
]
WindowDays = Annotated[int, Field(ge=1, le=_LONGEST)]
LimitDays = Annotated[int, Field(ge=0, le=_LONGEST)]


class Section(BaseModel):
    """A section of the file; the docstring under a key is its description everywhere."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", use_attribute_docstrings=True, validate_default=True
    )


class Tenant(Section):
    """The Microsoft 365 tenant to audit."""

    id: Guid = ""
    """Tenant id, a GUID; nothing means not set."""
    organization: DomainName = ""
    """The tenant's initial domain, such as contoso.onmicrosoft.com; nothing means not set."""
    cloud: Literal["global", "gcc_high", "dod", "china"] = "global"
    """The national cloud the tenant lives in."""


class Auth(Section):
    """How to sign in to the tenant."""

    method: Literal["certificate", "managed_identity", "workload_identity", "client_secret", "azure_cli"] = (
        "certificate"
    )
    """The way to sign in."""
    client_id: Guid = ""
    """Application (client) id of the app registration, a GUID; nothing means not set."""
    certificate_path: str = "mailbox-audit.pem"
    """PEM or PFX file with the certificate and its private key."""
    certificate_password_env: VariableName = ""
    """The name of the environment variable with the certificate's password; nothing means it has none."""
    client_secret_env: VariableName = "MAILBOX_AUDIT_SECRET"  # noqa: S105 - the name of a variable
    """The name of the environment variable that holds the client secret, never the secret itself."""


class Endpoints(Section):
    """Other addresses than Microsoft's own: proxies, sovereign clouds, a local tenant."""

    login: Url = ""
    """Base address of the sign-in service; nothing means the cloud's own."""
    graph: Url = ""
    """Base address of Microsoft Graph with its version, such as https://localhost:8443/v1.0."""
    exchange: Url = ""
    """Base address of Exchange Online, such as https://localhost:8443."""
    ca_bundle: str = ""
    """PEM file of certificate authorities to trust instead of the system's."""


class WindowSettings(Section):
    """Days until a deleted thing is purged; Microsoft's own windows are the defaults."""

    account: WindowDays = 30
    """Days a deleted account stays in the Entra recycle bin."""
    mailbox: WindowDays = 30
    """Days a soft-deleted mailbox is kept."""
    hold_released: WindowDays = 30
    """Days a mailbox is kept after the last hold on it was released."""
    license_removed: WindowDays = 30
    """Days a mailbox is kept after its Exchange license was removed."""
    public_folder: WindowDays = 90
    """Days a deleted public-folder mailbox is kept."""


class UrgencySettings(Section):
    """Days left, or less, at which a finding becomes critical, high and soon."""

    critical: LimitDays = 3
    """This many days left or less is critical."""
    high: LimitDays = 7
    """This many days left or less is high."""
    soon: LimitDays = 14
    """This many days left or less is soon; more is ok."""

    @model_validator(mode="after")
    def _limits_ascend(self) -> Self:
        if not self.critical <= self.high <= self.soon:
            raise ValueError("limits that ascend: critical <= high <= soon")
        return self


class Exports(Section):
    """How to read an exports folder."""

    date_order: Literal["dmy", "mdy", ""] = ""
    """Order of day and month in dates such as 03/04/2026; nothing means that none is guessed."""
    time_zone: Annotated[str, AfterValidator(_known_time_zone)] = ""
    """Time zone of exported times that carry none, such as Europe/Vienna; nothing means not known."""


class Report(Section):
    """Where reports go."""

    out: Annotated[str, AfterValidator(_not_empty)] = "out"
    """Folder that holds one folder a tenant and, in it, one folder a run; --out names a run's own folder."""


class Settings(BaseSettings):
    """All settings, one attribute a section."""

    model_config = SettingsConfigDict(
        frozen=True, extra="forbid", env_prefix=PREFIX, env_nested_delimiter="__", env_ignore_empty=False
    )

    tenant: Tenant = Tenant()
    auth: Auth = Auth()
    endpoints: Endpoints = Endpoints()
    windows: WindowSettings = WindowSettings()
    urgency: UrgencySettings = UrgencySettings()
    exports: Exports = Exports()
    report: Report = Report()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003 - the signature is pydantic's
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Let the environment win over the file, and read nothing else."""
        return env_settings, init_settings

    def window_days(self) -> Windows:
        """Return the windows as the core takes them."""
        return Windows(**self.windows.model_dump())

    def urgency_limits(self) -> UrgencyLimits:
        """Return the urgency limits as the core takes them."""
        return UrgencyLimits(**self.urgency.model_dump())


class Setting(NamedTuple):
    """One key, for documentation and for naming it in a message."""

    section: str
    key: str
    default: str | int
    meaning: str
    allowed: str
    """What a value must be, to complete "must be …"; empty where a validator says it."""

    @property
    def name(self) -> str:
        """The key with its section."""
        return f"{self.section}.{self.key}"

    @property
    def variable(self) -> str:
        """The environment variable that sets it."""
        return f"{PREFIX}{self.section}__{self.key}".upper()


def sections() -> dict[str, type[Section]]:
    """Return every section by name, in the order of the file."""
    return {
        name: info.annotation
        for name, info in Settings.model_fields.items()
        if isinstance(info.annotation, type) and issubclass(info.annotation, Section)
    }


def all_settings() -> tuple[Setting, ...]:
    """Return every key of every section, in the order of the file."""
    return tuple(
        Setting(name, key, info.default, info.description or "", _allowed(info))
        for name, section in sections().items()
        for key, info in section.model_fields.items()
    )


def _allowed(info: FieldInfo) -> str:
    choices = tuple(getattr(info.annotation, "__args__", ()))
    if choices:
        named = [choice for choice in choices if choice]
        return "one of " + ", ".join(named) + ("" if len(named) == len(choices) else ", or nothing")
    if info.annotation is int:
        lowest = next(bound.ge for bound in info.metadata if hasattr(bound, "ge"))
        return f"a whole number of days from {lowest} to {_LONGEST}"
    return ""
