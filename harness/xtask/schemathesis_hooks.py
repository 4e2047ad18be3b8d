"""Teaches schemathesis to read replies in lines, so that each line is held against its schema."""

import json

import schemathesis


@schemathesis.deserializer("application/x-ndjson")
def read_lines(_context, response):
    text = response.content.decode("utf-8")
    if not text.endswith("\n") and text:
        raise ValueError("the last line is not ended")
    return [json.loads(line) for line in text.split("\n")[:-1]]
