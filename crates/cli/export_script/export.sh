#!/bin/sh
# Exports what bears on access in one AWS account (and its organization) into a
# folder that `whocan import` reads. Needs a POSIX shell and the AWS CLI, 1 or 2.
# It only reads: every call is a list, get or describe, except that IAM is asked
# to prepare its credential report.
#
#   sh export.sh [-o DIR] [-r "REGION ..."] [-s] [-a]
#
#   -o DIR      where to write [default: export]; several accounts may share it
#   -r REGIONS  the regions [default: all that the account has enabled]
#   -s          skip the organization
#   -a          ask again what was refused
#
# Runs with the credentials of the AWS CLI (AWS_PROFILE, SSO, ...), for one
# account at a time. Stopped at any moment, it goes on where it was: an answer
# that is there is not asked for again. A call that left no answer is a line in
# calls.jsonl, with AWS's error code.

set -u
umask 077

usage() {
    sed -n '2,20s/^# \{0,1\}//p' "$0"
}

out="export"
regions=
organization=yes
again=
while getopts o:r:sah option; do
    case $option in
    o) out=$OPTARG ;;
    r) regions=$OPTARG ;;
    s) organization= ;;
    a) again=yes ;;
    h) usage; exit 0 ;;
    *) usage >&2; exit 2 ;;
    esac
done

export AWS_PAGER="" AWS_RETRY_MODE="${AWS_RETRY_MODE:-standard}" AWS_MAX_ATTEMPTS="${AWS_MAX_ATTEMPTS:-8}"
newline='
'
calls=0
refused=0

say() {
    printf '%s\n' "$*" >&2
}

fail() {
    say "error: $*"
    exit 1
}

# The AWS CLI, asked for JSON.
ask() {
    aws "$@" --output json </dev/null
}

# A name as the name of a file.
encoded() {
    printf '%s' "$1" | sed 's/%/%25/g; s|/|%2F|g; s/:/%3A/g'
}

# Text as JSON has it between quotes.
escaped() {
    printf '%s' "$1" | sed 's/\\/\\\\/g; s/"/\\"/g'
}

# The error code in what the AWS CLI printed to its standard error.
code_of() {
    code=$(sed -n 's/.*An error occurred (\([A-Za-z0-9._]*\)).*/\1/p' "$1" | head -n 1)
    if [ -z "$code" ]; then
        if grep -q -i 'invalid choice' "$1"; then
            code=UnknownToThisCli
        elif grep -q -i -e 'could not connect' -e 'timeout' -e 'timed out' -e 'connection' "$1"; then
            code=CouldNotConnect
        else
            code=Failed
        fi
    fi
    printf '%s' "$code"
}

# Codes that say nothing about the account: the next run asks again.
passing='Throttl[A-Za-z]*|TooManyRequests[A-Za-z]*|RequestLimitExceeded|SlowDown|RequestTimeout[A-Za-z]*|ServiceUnavailable[A-Za-z]*|Internal[A-Za-z]*|CouldNotConnect|Failed'
denied='[A-Za-z.]*AccessDenied[A-Za-z]*|UnauthorizedOperation|AuthorizationError[A-Za-z]*|UnknownToThisCli'

# Drops the lines about calls that are to be made again.
forget() {
    [ -f "$1" ] || return 0
    codes=$passing
    [ -n "$again" ] && codes="$codes|$denied"
    # A line without its end was cut off when the script was stopped.
    grep -E '"code": "[^"]*"}$' "$1" | grep -v -E "\"code\": \"($codes)\"}\$" >"$1.new"
    mv "$1.new" "$1"
}

# call FOLDER SERVICE REGION NAME ARGUMENT AWS-COMMAND...
# Writes the answer of one call to its file, or a line with the error code.
# REGION and ARGUMENT may be empty. The result is in $file; succeeds if it is there.
call() {
    folder=$1 service=$2 region=$3 name=$4 argument=$5
    shift 5
    lines=$folder/calls.jsonl
    place=$folder/$service
    [ "$service" = organizations ] && place=$folder
    line="{\"command\": \"$service $name\""
    if [ -n "$region" ]; then
        place=$place/$region
        line="$line, \"region\": \"$region\""
        set -- "$@" --region "$region"
    fi
    file=$place/$name.json
    if [ -n "$argument" ]; then
        file=$place/$name/$(encoded "$argument").json
        line="$line, \"argument\": \"$(escaped "$argument")\""
    fi
    [ -f "$file" ] && return 0
    if [ -f "$lines" ] && grep -q -F "$line, \"code\"" "$lines"; then
        return 1
    fi
    mkdir -p "${file%/*}" || fail "cannot make ${file%/*}"
    calls=$((calls + 1))
    if ask "$service" "$@" >"$file.part" 2>"$folder/.error"; then
        # Where there is nothing to say, the AWS CLI says nothing at all.
        [ -s "$file.part" ] || printf '{}\n' >"$file.part"
        mv "$file.part" "$file" || fail "cannot write $file"
        return 0
    fi
    rm -f "$file.part"
    code=$(code_of "$folder/.error")
    case $code in
    ExpiredToken* | RequestExpired | InvalidClientTokenId | UnrecognizedClientException | InvalidSignatureException | SignatureDoesNotMatch)
        cat "$folder/.error" >&2
        fail "the credentials are no longer good: get new ones and run this again, it goes on where it was"
        ;;
    esac
    refused=$((refused + 1))
    printf '%s, "code": "%s"}\n' "$line" "$code" >>"$lines" || fail "cannot write $lines"
    rmdir "${file%/*}" 2>/dev/null
    return 1
}

# each QUERY SERVICE COMMAND...: the names in a list, one a line.
each() {
    query=$1
    shift
    aws "$@" --query "$query" --output text </dev/null 2>/dev/null | tr '\t' '\n' | grep -v -x -e None -e ''
}

# each, of a regional service
each_in() {
    where=$1
    shift
    each "$@" --region "$where"
}

account_wide() {
    here=$1
    say "iam"
    call "$here" iam '' get-account-authorization-details '' get-account-authorization-details
    call "$here" iam '' list-saml-providers '' list-saml-providers
    call "$here" iam '' list-open-id-connect-providers '' list-open-id-connect-providers
    call "$here" iam '' list-account-aliases '' list-account-aliases
    call "$here" iam '' list-instance-profiles '' list-instance-profiles
    credential_report "$here"
    call "$here" s3control '' get-public-access-block '' get-public-access-block --account-id "$account"
    buckets "$here"
}

# The report is made on demand, and may take some seconds.
credential_report() {
    [ -f "$1/iam/get-credential-report.json" ] && return
    for _ in 1 2 3 4 5 6; do
        state=$(aws iam generate-credential-report --query State --output text </dev/null 2>/dev/null) || break
        [ "$state" = COMPLETE ] && break
        sleep "${WAIT:-2}"
    done
    call "$1" iam '' get-credential-report '' get-credential-report
}

buckets() {
    say "s3"
    call "$1" s3api '' list-buckets '' list-buckets || return
    each 'Buckets[].Name' s3api list-buckets >"$1/.names"
    while IFS= read -r bucket; do
        for command in get-bucket-location get-bucket-policy get-public-access-block get-bucket-acl \
            get-bucket-ownership-controls get-bucket-tagging get-bucket-abac get-bucket-encryption; do
            call "$1" s3api '' "$command" "$bucket" "$command" --bucket "$bucket"
        done
    done <"$1/.names"
}

# In each of these, $1 is the account's folder and $2 the region.
access_points() {
    call "$1" s3control "$2" list-access-points '' list-access-points --account-id "$account" || return
    each_in "$2" 'AccessPointList[].Name' s3control list-access-points --account-id "$account" >"$1/.names"
    while IFS= read -r point; do
        for command in get-access-point get-access-point-policy; do
            call "$1" s3control "$2" "$command" "$point" "$command" --account-id "$account" --name "$point"
        done
    done <"$1/.names"
}

keys() {
    call "$1" kms "$2" list-aliases '' list-aliases
    call "$1" kms "$2" list-keys '' list-keys || return
    each_in "$2" 'Keys[].KeyId' kms list-keys >"$1/.names"
    while IFS= read -r key; do
        call "$1" kms "$2" get-key-policy "$key" get-key-policy --key-id "$key" --policy-name default
        call "$1" kms "$2" list-grants "$key" list-grants --key-id "$key"
        call "$1" kms "$2" describe-key "$key" describe-key --key-id "$key"
        call "$1" kms "$2" list-resource-tags "$key" list-resource-tags --key-id "$key"
    done <"$1/.names"
}

queues() {
    call "$1" sqs "$2" list-queues '' list-queues || return
    each_in "$2" 'QueueUrls[]' sqs list-queues >"$1/.names"
    while IFS= read -r url; do
        queue=${url##*/}
        call "$1" sqs "$2" get-queue-attributes "$queue" get-queue-attributes --queue-url "$url" --attribute-names All
        call "$1" sqs "$2" list-queue-tags "$queue" list-queue-tags --queue-url "$url"
    done <"$1/.names"
}

topics() {
    call "$1" sns "$2" list-topics '' list-topics || return
    each_in "$2" 'Topics[].TopicArn' sns list-topics >"$1/.names"
    while IFS= read -r topic; do
        call "$1" sns "$2" get-topic-attributes "$topic" get-topic-attributes --topic-arn "$topic"
        call "$1" sns "$2" list-tags-for-resource "$topic" list-tags-for-resource --resource-arn "$topic"
    done <"$1/.names"
}

functions() {
    call "$1" lambda "$2" list-functions '' list-functions || return
    each_in "$2" 'Functions[].FunctionArn' lambda list-functions >"$1/.names"
    while IFS= read -r function; do
        call "$1" lambda "$2" get-policy "$function" get-policy --function-name "$function"
        call "$1" lambda "$2" list-tags "$function" list-tags --resource "$function"
    done <"$1/.names"
}

secrets() {
    call "$1" secretsmanager "$2" list-secrets '' list-secrets || return
    each_in "$2" 'SecretList[].ARN' secretsmanager list-secrets >"$1/.names"
    while IFS= read -r secret; do
        call "$1" secretsmanager "$2" get-resource-policy "$secret" get-resource-policy --secret-id "$secret"
    done <"$1/.names"
}

repositories() {
    call "$1" ecr "$2" describe-repositories '' describe-repositories || return
    each_in "$2" 'repositories[].repositoryArn' ecr describe-repositories >"$1/.names"
    while IFS= read -r repository; do
        call "$1" ecr "$2" get-repository-policy "${repository#*:repository/}" \
            get-repository-policy --repository-name "${repository#*:repository/}"
        call "$1" ecr "$2" list-tags-for-resource "$repository" list-tags-for-resource --resource-arn "$repository"
    done <"$1/.names"
}

tables() {
    call "$1" dynamodb "$2" list-tables '' list-tables || return
    each_in "$2" 'TableNames[]' dynamodb list-tables >"$1/.names"
    while IFS= read -r table; do
        arn=arn:$partition:dynamodb:$2:$account:table/$table
        call "$1" dynamodb "$2" describe-table "$table" describe-table --table-name "$table"
        call "$1" dynamodb "$2" get-resource-policy "$arn" get-resource-policy --resource-arn "$arn"
        call "$1" dynamodb "$2" list-tags-of-resource "$arn" list-tags-of-resource --resource-arn "$arn"
    done <"$1/.names"
}

# Shares of AWS RAM, and the policies that sharing made.
shares() {
    call "$1" ram "$2" get-resource-share-associations.PRINCIPAL '' \
        get-resource-share-associations --association-type PRINCIPAL
    call "$1" ram "$2" get-resource-share-associations.RESOURCE '' \
        get-resource-share-associations --association-type RESOURCE || return
    each_in "$2" 'resourceShareAssociations[].associatedEntity' ram get-resource-share-associations \
        --association-type RESOURCE >"$1/.names"
    while IFS= read -r resource; do
        call "$1" ram "$2" get-resource-policies "$resource" get-resource-policies --resource-arns "$resource"
    done <"$1/.names"
}

# Who may sign in as which role, in the one region that Identity Center has.
# Members see the instance of their organization too, but only its owner and a
# delegated administrator may ask about it.
identity_center() {
    call "$1" sso-admin "$2" list-instances '' list-instances || return
    aws sso-admin list-instances --query 'Instances[].[InstanceArn,IdentityStoreId,OwnerAccountId]' --output text \
        --region "$2" </dev/null 2>/dev/null | grep -v -x None >"$1/.instances"
    while read -r instance store owner; do
        if [ "$owner" != "$account" ] && [ "$owner" != None ]; then
            ask sso-admin list-permission-sets --instance-arn "$instance" --region "$2" >/dev/null 2>&1 || continue
        fi
        permission_sets "$1" "$2" "$instance"
        directory "$1" "$2" "$store"
    done <"$1/.instances"
}

permission_sets() {
    instance=$3
    call "$1" sso-admin "$2" list-permission-sets "$instance" list-permission-sets --instance-arn "$instance" || return
    each_in "$2" 'PermissionSets[]' sso-admin list-permission-sets --instance-arn "$instance" >"$1/.names"
    while IFS= read -r set; do
        call "$1" sso-admin "$2" describe-permission-set "$set" \
            describe-permission-set --instance-arn "$instance" --permission-set-arn "$set"
        call "$1" sso-admin "$2" list-accounts-for-provisioned-permission-set "$set" \
            list-accounts-for-provisioned-permission-set --instance-arn "$instance" --permission-set-arn "$set" || continue
        for there in $(each_in "$2" 'AccountIds[]' sso-admin list-accounts-for-provisioned-permission-set \
            --instance-arn "$instance" --permission-set-arn "$set"); do
            call "$1" sso-admin "$2" list-account-assignments "$there/$set" list-account-assignments \
                --instance-arn "$instance" --account-id "$there" --permission-set-arn "$set"
        done
    done <"$1/.names"
}

directory() {
    store=$3
    call "$1" identitystore "$2" list-users "$store" list-users --identity-store-id "$store"
    call "$1" identitystore "$2" list-groups "$store" list-groups --identity-store-id "$store" || return
    each_in "$2" 'Groups[].GroupId' identitystore list-groups --identity-store-id "$store" >"$1/.names"
    while IFS= read -r group; do
        call "$1" identitystore "$2" list-group-memberships "$group" \
            list-group-memberships --identity-store-id "$store" --group-id "$group"
    done <"$1/.names"
}

in_region() {
    say "$2"
    access_points "$1" "$2"
    keys "$1" "$2"
    queues "$1" "$2"
    topics "$1" "$2"
    functions "$1" "$2"
    secrets "$1" "$2"
    repositories "$1" "$2"
    tables "$1" "$2"
    shares "$1" "$2"
    identity_center "$1" "$2"
    call "$1" events "$2" list-event-buses '' list-event-buses
    call "$1" glue "$2" get-resource-policy '' get-resource-policy
    call "$1" ec2 "$2" describe-vpc-endpoints '' describe-vpc-endpoints
}

# The tree and the policies, where these credentials may see them.
organization() {
    here=$1
    if ! call "$here" organizations '' describe-organization '' describe-organization; then
        # Whose word that is would not be known from the organization's folder.
        none='{"command": "organizations describe-organization", "code": "AWSOrganizationsNotInUseException"}'
        if grep -q -F "$none" "$here/calls.jsonl" && ! grep -q -F "$none" "$root/calls.jsonl"; then
            printf '%s\n' "$none" >>"$root/calls.jsonl"
        fi
        return
    fi
    call "$here" organizations '' list-roots '' list-roots || return
    say "organization"
    call "$here" organizations '' list-accounts '' list-accounts
    parents=$(each 'Roots[].Id' organizations list-roots)
    targets=$parents
    while [ -n "$parents" ]; do
        below=
        for parent in $parents; do
            call "$here" organizations '' list-accounts-for-parent "$parent" list-accounts-for-parent --parent-id "$parent"
            call "$here" organizations '' list-organizational-units-for-parent "$parent" \
                list-organizational-units-for-parent --parent-id "$parent" || continue
            units=$(each 'OrganizationalUnits[].Id' organizations list-organizational-units-for-parent --parent-id "$parent")
            below="$below $units"
        done
        parents=$(printf '%s' "$below" | tr -s ' ' '\n' | grep .)
        targets="$targets$newline$parents"
    done
    accounts=$(each 'Accounts[].Id' organizations list-accounts)
    for member in $accounts; do
        call "$here" organizations '' list-tags-for-resource "$member" list-tags-for-resource --resource-id "$member"
    done
    control_policies "$here"
    delegation "$here"
}

control_policies() {
    for kind in SERVICE_CONTROL_POLICY RESOURCE_CONTROL_POLICY S3_POLICY; do
        call "$1" organizations '' "list-policies.$kind" '' list-policies --filter "$kind" || continue
        for policy in $(each 'Policies[].Id' organizations list-policies --filter "$kind"); do
            call "$1" organizations '' describe-policy "$policy" describe-policy --policy-id "$policy"
            call "$1" organizations '' list-targets-for-policy "$policy" list-targets-for-policy --policy-id "$policy"
        done
        for target in $targets $accounts; do
            call "$1" organizations '' "list-policies-for-target.$kind" "$target" \
                list-policies-for-target --filter "$kind" --target-id "$target"
        done
    done
}

delegation() {
    call "$1" organizations '' list-delegated-administrators '' list-delegated-administrators || return
    for administrator in $(each 'DelegatedAdministrators[].Id' organizations list-delegated-administrators); do
        call "$1" organizations '' list-delegated-services-for-account "$administrator" \
            list-delegated-services-for-account --account-id "$administrator"
    done
}

command -v aws >/dev/null 2>&1 || fail "the AWS CLI is not installed: there is no \`aws\`"
arn=$(aws sts get-caller-identity --query Arn --output text </dev/null) || fail "no credentials that AWS accepts"
account=$(printf '%s' "$arn" | cut -d : -f 5)
partition=$(printf '%s' "$arn" | cut -d : -f 2)
case $account in
[0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9]) ;;
*) fail "\`$arn\` names no account" ;;
esac
if [ -z "$regions" ]; then
    regions=$(each 'Regions[].RegionName' ec2 describe-regions)
    [ -n "$regions" ] || fail "the regions of the account are not to be had: name them with -r"
fi

root=$out/accounts/$account
mkdir -p "$root" || fail "cannot make $root"
say "account $account into $out"
forget "$root/calls.jsonl"
touch "$root/calls.jsonl"
if [ -n "$organization" ]; then
    mkdir -p "$out/organizations"
    forget "$out/organizations/calls.jsonl"
    organization "$out/organizations"
    rm -f "$out/organizations/.error"
    rmdir "$out/organizations" 2>/dev/null
fi
account_wide "$root"
for region_name in $regions; do
    in_region "$root" "$region_name"
done
rm -f "$root/.error" "$root/.names" "$root/.instances"
say "$calls calls, $refused without an answer; next: whocan import $out"
