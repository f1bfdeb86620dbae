#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Validates sessions by a schema, as an editor does: validate.py SCHEMA FILE...

Prints a line for each file: its name, then `valid`, `invalid` or `no YAML`. An
invalid one is followed by what is wrong, and where.
"""
import json
import re
import sys

import jsonschema
import yaml


class Loader(yaml.SafeLoader):
    """The core schema of YAML 1.2: no dates, no merge keys, no yes and no."""

    yaml_implicit_resolvers = {}

    def construct_mapping(self, node, deep=False):
        items = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode) or key.value in items:
                raise yaml.YAMLError("a key is no text, or stands there twice")
            items[key.value] = self.construct_object(value, True)
        return items


def construct_map(loader, node):
    if not isinstance(node, yaml.MappingNode):
        raise yaml.YAMLError("not a map")
    return loader.construct_mapping(node)


def construct_integer(loader, node):
    text = node.value
    return int(text, 8 if text.startswith("0o") else
               16 if text.startswith("0x") else 10)


CORE = {
    "null": (r"~|null|Null|NULL|", "~nN", lambda loader, node: None),
    "bool": (r"true|True|TRUE|false|False|FALSE", "tTfF",
             lambda loader, node: node.value.lower() == "true"),
    "int": (r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+", "-+0123456789",
            construct_integer),
    "float": (r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?",
              "-+.0123456789", lambda loader, node: float(node.value)),
}
for name, (pattern, first, construct) in CORE.items():
    tag = "tag:yaml.org,2002:" + name
    Loader.add_implicit_resolver(
        tag, re.compile("^(?:" + pattern + ")$"),
        list(first) + ([""] if name == "null" else []))
    Loader.add_constructor(tag, construct)
Loader.add_constructor("tag:yaml.org,2002:map", construct_map)


def describe(error):
    place = "/".join(map(str, error.absolute_path))
    return "\t/%s: %s" % (place, error.message[:300])


def validate(validator, name):
    with open(name, "rb") as file:
        data = file.read()
    try:
        session = yaml.load(data, Loader)
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError, ValueError):
        print(name, "no YAML")
        return
    errors = list(validator.iter_errors(session))
    print(name, "invalid" if errors else "valid")
    for error in errors[:5]:
        print(describe(jsonschema.exceptions.best_match([error])))


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        schema = json.load(file)
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    for name in sys.argv[2:]:
        validate(validator, name)


main()
