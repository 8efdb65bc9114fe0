#Requires -Version 5.1
#Requires -Modules @{ ModuleName = 'ExchangeOnlineManagement'; ModuleVersion = '3.0.0' }
#Requires -Modules @{ ModuleName = 'Microsoft.Graph.Authentication'; ModuleVersion = '2.0.0' }
<#
.SYNOPSIS
Writes what mailbox-audit reads: accounts, deleted accounts, mailboxes, deleted mailboxes. It changes nothing.

.DESCRIPTION
Runs in Windows PowerShell 5.1 and in PowerShell 7, with Microsoft's own modules only:

    Install-Module ExchangeOnlineManagement, Microsoft.Graph.Authentication -Scope CurrentUser

Least permissions of the person who signs in:

    Microsoft Graph   User.Read.All, Organization.Read.All, Domain.Read.All (delegated, granted by an admin)
    Exchange Online   the role View-Only Recipients, or the Entra role Global Reader
    Active Directory  optional: any account that may read the Deleted Objects container of every domain

A listing that fails stops the script and leaves no file, for the audit takes a missing row as evidence.
Run the script again then: into a new folder, so that all files are of the same hour.
The files hold personal data: keep the folder where only auditors can read it.

Active Directory is read where its module is installed (RSAT). Use -SkipActiveDirectory where Entra ID is
synchronized from another forest than the one of this computer, or from several.

.EXAMPLE
.\Export-MailboxAudit.ps1 -OutputFolder C:\exports\tonight
mailbox-audit nightly --exports C:\exports\tonight

.NOTES
Kept in plain ASCII: Windows PowerShell 5.1 reads a file without a byte order mark in the old code page.
#>
[CmdletBinding()]
param(
    [string]$OutputFolder = "mailbox-audit-exports-$([datetime]::UtcNow.ToString('yyyyMMddTHHmmssZ'))",

    [ValidateSet('global', 'gcc_high', 'dod', 'china')]
    [string]$Cloud = 'global',

    [switch]$SkipActiveDirectory
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

# ------------------------------------------------------------------------------------------------ what is read
# The columns mailbox-audit declares, each with the way its value is written. A test compares the two.

$AccountProperties = @(
    'id', 'userPrincipalName', 'displayName', 'mail', 'userType', 'onPremisesImmutableId',
    'onPremisesSyncEnabled', 'proxyAddresses', 'assignedLicenses', 'assignedPlans'
)
$DeletedAccountProperties = $AccountProperties + 'deletedDateTime'
$OrganizationProperties = @('id', 'displayName', 'onPremisesSyncEnabled', 'verifiedDomains')
$DomainProperties = @('id', 'authenticationType', 'isInitial')

$MailboxColumns = [ordered]@{
    ExternalDirectoryObjectId = 'text'
    ExchangeGuid              = 'text'
    DisplayName               = 'text'
    UserPrincipalName         = 'text'
    PrimarySmtpAddress        = 'text'
    RecipientTypeDetails      = 'text'
    EmailAddresses            = 'texts'
    ArchiveGuid               = 'text'
    IsDirSynced               = 'flag'
    ImmutableId               = 'text'
}
$DeletedMailboxColumns = $MailboxColumns + [ordered]@{
    WhenSoftDeleted             = 'instant'
    InactiveMailboxRetireTime   = 'instant'
    LitigationHoldDate          = 'instant'
    IsInactiveMailbox           = 'flag'
    WasInactiveMailbox          = 'flag'
    IsSoftDeletedByRemove       = 'flag'
    IsSoftDeletedByDisable      = 'flag'
    IncludeInGarbageCollection  = 'flag'
    LitigationHoldEnabled       = 'flag'
    ComplianceTagHoldApplied    = 'flag'
    DelayHoldApplied            = 'flag'
    DelayReleaseHoldApplied     = 'flag'
    AutoExpandingArchiveEnabled = 'flag'
    InPlaceHolds                = 'texts'
    MailboxLocations            = 'texts'
    Name                        = 'text'
    MicrosoftOnlineServicesID   = 'text'
    LegacyExchangeDN            = 'text'
    LitigationHoldDuration      = 'text'
    DistinguishedName           = 'text'
}
$DirectoryColumns = [ordered]@{
    'objectGUID'            = 'text'
    'mS-DS-ConsistencyGuid' = 'base64'
    'userPrincipalName'     = 'text'
    'distinguishedName'     = 'text'
}

$Scopes = @('User.Read.All', 'Organization.Read.All', 'Domain.Read.All')
$GraphEnvironments = @{ global = 'Global'; gcc_high = 'USGov'; dod = 'USGovDoD'; china = 'China' }
$ExchangeEnvironments = @{
    global = 'O365Default'; gcc_high = 'O365USGovGCCHigh'; dod = 'O365USGovDoD'; china = 'O365China'
}

# ----------------------------------------------------------------------------------------------- how it is kept

function Write-ListingFile {
    # Whole or not at all: written beside, then renamed. UTF-8 without a byte order mark.
    param([string]$Name, [string]$Text)

    $file = Join-Path -Path $Folder -ChildPath $Name
    [System.IO.File]::WriteAllText("$file.partial", $Text, (New-Object -TypeName System.Text.UTF8Encoding -ArgumentList $false))
    Move-Item -LiteralPath "$file.partial" -Destination $file
}

function ConvertTo-Row {
    # One record with its declared columns. A column the service did not return is left out, for
    # "not said" and "empty" are different answers; Select-Object would write null for both.
    param([object]$Record, [System.Collections.IDictionary]$Columns, [switch]$UnsetIsEmpty)

    $row = [ordered]@{}
    foreach ($name in $Columns.Keys) {
        $property = $Record.PSObject.Properties[$name]
        if ($null -eq $property -and -not $UnsetIsEmpty) { continue }
        # Assigned plainly: the value of an `if` is enumerated, and an empty list would become null.
        $value = $null
        if ($null -ne $property) { $value = $property.Value }
        $kind = $Columns[$name]
        if ($null -eq $value) {
            $row[$name] = $null
        }
        elseif ($kind -eq 'texts') {
            # A list stays a list with none or one in it.
            $row[$name] = [string[]]@($value | ForEach-Object { [string]$_ })
        }
        elseif ($kind -eq 'flag') {
            # Not [bool]$value: the text 'False' is true to PowerShell.
            $row[$name] = [string]$value -eq 'True'
        }
        elseif ($kind -eq 'instant' -and $value -is [datetime]) {
            # UTC with a Z. A time that does not say its zone is written without one: the audit then
            # says so, where a guess here would shift a deadline by hours in silence.
            if ($value.Kind -ne [System.DateTimeKind]::Unspecified) { $value = $value.ToUniversalTime() }
            $row[$name] = $value.ToString('o', [cultureinfo]::InvariantCulture)
        }
        elseif ($kind -eq 'base64') {
            $row[$name] = [System.Convert]::ToBase64String([byte[]]@($value | ForEach-Object { $_ }))
        }
        else {
            # GUIDs and enumerations by name: ConvertTo-Json of 5.1 would write an enumeration as a number.
            $row[$name] = [string]$value
        }
    }
    $row
}

function Write-Listing {
    # Takes records from the pipeline and writes one JSON array, also for none and for one. A failure on
    # the way ends the pipeline before `end`, so nothing is written. Rows are turned into text as they
    # come: a tenant of mailboxes with all their properties would not fit into memory.
    param(
        [Parameter(Mandatory = $true)][string]$Name,
        [Parameter(Mandatory = $true)][System.Collections.IDictionary]$Columns,
        # Active Directory returns no attribute that is not set: asked for and absent is empty.
        [switch]$UnsetIsEmpty,
        [Parameter(ValueFromPipeline = $true)][object]$Record
    )
    begin {
        $rows = New-Object -TypeName System.Collections.Generic.List[string]
    }
    process {
        if ($null -ne $Record) {
            $row = ConvertTo-Row -Record $Record -Columns $Columns -UnsetIsEmpty:$UnsetIsEmpty
            $rows.Add((ConvertTo-Json -InputObject $row -Depth 6 -Compress))
            if ($rows.Count % 500 -eq 0) { Write-Progress -Activity $Name -Status "$($rows.Count) read" }
        }
    }
    end {
        Write-ListingFile -Name "$Name.json" -Text ('[' + "`n" + ($rows -join ",`n") + "`n" + ']')
        Write-Progress -Activity $Name -Completed
        Write-Host "${Name}: $($rows.Count)"
    }
}

function Write-GraphListing {
    # Each page exactly as Graph sent it. Get-MgUser and its kin would build objects of their own model: null
    # and absent become the same, dates and casing change with the module's version and PowerShell's, and a
    # property outside of their default set stays empty (deletedDateTime, msgraph-sdk-powershell issue 3244).
    # The next page is found in the text, since ConvertFrom-Json of 5.1 refuses large pages; a name that
    # imitates the property cannot match, as quotes inside of a JSON text are escaped.
    param([string]$Name, [string]$Uri)

    $pages = New-Object -TypeName System.Collections.Generic.List[string]
    $count = 0
    $next = $Uri
    while ($next) {
        $text = [string](Invoke-MgGraphRequest -Method GET -Uri $next -OutputType Json -ErrorAction Stop)
        if ($text -notmatch '"value"\s*:\s*\[') { throw "${Name}: Graph answered without a list. Run the script again." }
        $pages.Add($text)
        $count += [regex]::Matches($text, '"id"\s*:').Count
        Write-Progress -Activity $Name -Status "$count read"
        $link = [regex]::Match($text, '"@odata\.nextLink"\s*:\s*("(?:[^"\\]|\\.)*")')
        $next = if ($link.Success) { ConvertFrom-Json -InputObject $link.Groups[1].Value } else { '' }
    }
    # All pages first, then all files: a listing that stops half-way leaves none.
    for ($page = 1; $page -le $pages.Count; $page++) {
        $file = if ($pages.Count -eq 1) { "$Name.json" } else { '{0}-{1:d4}.json' -f $Name, $page }
        Write-ListingFile -Name $file -Text $pages[$page - 1]
    }
    Write-Progress -Activity $Name -Completed
    Write-Host "${Name}: $count"
}

# ------------------------------------------------------------------------------------------------------ sign in

if ((Test-Path -LiteralPath $OutputFolder) -and @(Get-ChildItem -LiteralPath $OutputFolder -Force).Count -gt 0) {
    throw "$OutputFolder is not empty: files of two days in one folder would be read as one. Name a new folder."
}
# .NET has a working directory of its own: give it the whole path.
$Folder = (New-Item -ItemType Directory -Path $OutputFolder -Force).FullName

$context = Get-MgContext
if ($null -eq $context -or ($context.AuthType -eq 'Delegated' -and @($Scopes | Where-Object { $context.Scopes -notcontains $_ }).Count -gt 0)) {
    Connect-MgGraph -Scopes $Scopes -Environment $GraphEnvironments[$Cloud] -NoWelcome
    $context = Get-MgContext
}
$connections = @(Get-ConnectionInformation | Where-Object { $_.State -eq 'Connected' -and -not $_.IsEopSession })
if ($connections.Count -eq 0) {
    Connect-ExchangeOnline -ExchangeEnvironmentName $ExchangeEnvironments[$Cloud] -ShowBanner:$false
    $connections = @(Get-ConnectionInformation | Where-Object { $_.State -eq 'Connected' -and -not $_.IsEopSession })
}
if (@($connections | Where-Object { [string]$_.TenantID -ne [string]$context.TenantId }).Count -gt 0) {
    throw "Signed in to Graph in tenant $($context.TenantId) and to Exchange Online in another one. Run Disconnect-ExchangeOnline and Disconnect-MgGraph, then this script again."
}

# --------------------------------------------------------------------------------------------------------- read
# Present ones before deleted ones: who is deleted in between is then in both listings and noticed. The other
# way round that person would be in neither, and look purged.

Write-GraphListing -Name 'organization' -Uri ('/v1.0/organization?$select=' + ($OrganizationProperties -join ','))
Write-GraphListing -Name 'domains' -Uri ('/v1.0/domains?$select=' + ($DomainProperties -join ','))
Write-GraphListing -Name 'users' -Uri ('/v1.0/users?$top=999&$select=' + ($AccountProperties -join ','))
Write-GraphListing -Name 'deleted-users' -Uri ('/v1.0/directory/deletedItems/microsoft.graph.user?$top=999&$select=' + ($DeletedAccountProperties -join ','))

# -ErrorAction on each command: a module does not see the $ErrorActionPreference of a script.
Get-Mailbox -ResultSize Unlimited -ErrorAction Stop | Write-Listing -Name 'mailboxes' -Columns $MailboxColumns
Get-Mailbox -SoftDeletedMailbox -ResultSize Unlimited -ErrorAction Stop | Write-Listing -Name 'soft-deleted-mailboxes' -Columns $DeletedMailboxColumns
Get-Mailbox -InactiveMailboxOnly -ResultSize Unlimited -ErrorAction Stop | Write-Listing -Name 'inactive-mailboxes' -Columns $DeletedMailboxColumns

if ($SkipActiveDirectory) {
    Write-Host 'Active Directory: skipped'
}
elseif ($null -eq (Get-Module -ListAvailable -Name ActiveDirectory)) {
    Write-Host 'Active Directory: its module is not installed here, skipped'
}
else {
    # Every domain of the forest, for a person of a domain not read would look deleted.
    $domains = @((Get-ADForest -ErrorAction Stop).Domains)
    foreach ($domain in $domains) {
        # Without the right to read this container a search in it finds nothing, and says nothing.
        $container = (Get-ADDomain -Server $domain -ErrorAction Stop).DeletedObjectsContainer
        $null = Get-ADObject -Identity $container -IncludeDeletedObjects -Server $domain -ErrorAction Stop
    }
    $domains | ForEach-Object {
        Get-ADUser -Filter * -Properties @($DirectoryColumns.Keys) -Server $_ -ErrorAction Stop
    } | Write-Listing -Name 'ad-users' -Columns $DirectoryColumns -UnsetIsEmpty
    # A computer is a user to the schema.
    $domains | ForEach-Object {
        Get-ADObject -IncludeDeletedObjects -Filter 'isDeleted -eq $true -and objectClass -eq "user" -and objectClass -ne "computer"' -Properties @($DirectoryColumns.Keys) -Server $_ -ErrorAction Stop
    } | Write-Listing -Name 'ad-deleted-users' -Columns $DirectoryColumns -UnsetIsEmpty
}

Write-Host ''
Write-Host 'Now run:'
Write-Host "mailbox-audit nightly --exports '$Folder'"
