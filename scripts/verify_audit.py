#!/usr/bin/env python3
"""Checks an export of Mago's audit trail without Mago: python3 verify_audit.py FILE...

Needs Python 3.9 and nothing else, and asks nobody. The format is written down in
docs/audit-format.md. Exit status: 0 the trail is whole, 1 it is broken (the first break is named),
2 there is nothing that could be checked.

  --key HEX          a public key that you have kept: signatures must lead back to it
  --checkpoint FILE  what `manage.py audit_checkpoint` printed once: the trail must still hold it
  --json             print one JSON object
"""

# ruff: noqa: PTH123, T201 - a program of one file, which speaks by printing

import argparse
import hashlib
import json
import struct
import sys

HASHED_HEAD = struct.Struct(">qq")  # number of the link, number of the event
GENESIS = "00" * 32


class Broken(Exception):
    """The first place at which the trail is not what was written."""

    def __init__(self, kind, message, link=None, event=None, place=None):
        super().__init__(message)
        self.kind, self.link, self.event, self.place = kind, link, event, place


class Unusable(Exception):
    """This is no export that could be checked."""


# The format


def canonical(value):
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.encode("utf-8", "surrogatepass")


def hash_of(previous, line):
    """The hash that the link of this event has, if the link before it has the hash `previous`."""
    head = bytes.fromhex(previous) + HASHED_HEAD.pack(line["sequence"], line["id"])
    return hashlib.sha256(head + bytes.fromhex(line["mac"]) + canonical(line["event"])).hexdigest()


def fits(previous, line):
    try:
        return line["type"] == "event" and hash_of(previous, line) == line["hash"]
    except (KeyError, TypeError, ValueError, struct.error):
        return False


# Ed25519, RFC 8032 section 5.1: only verification, where no secret could leak by its time.

P = 2**255 - 19
Q = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT = pow(2, (P - 1) // 4, P)


def add(a, b):
    """Points in extended coordinates (X, Y, Z, T): x = X/Z, y = Y/Z, x*y = T/Z."""
    m, n = (a[1] - a[0]) * (b[1] - b[0]) % P, (a[1] + a[0]) * (b[1] + b[0]) % P
    t, z = 2 * a[3] * b[3] * D % P, 2 * a[2] * b[2] % P
    e, f, g, h = n - m, z - t, z + t, n + m
    return e * f % P, g * h % P, f * g % P, e * h % P


def times(number, point):
    result = (0, 1, 1, 0)
    while number:
        if number & 1:
            result = add(result, point)
        point = add(point, point)
        number >>= 1
    return result


def decompress(data):
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & ((1 << 255) - 1)
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT % P
    if (x * x - square) % P or (x == 0 and sign):
        return None
    x = P - x if x & 1 != sign else x
    return x, y, 1, x * y % P


BASE = decompress(bytes.fromhex("58" + "66" * 31))


def is_signed(public, message, signature):
    a, r = decompress(public), decompress(signature[:32])
    s = int.from_bytes(signature[32:], "little")
    if len(public) != 32 or len(signature) != 64 or a is None or r is None or s >= Q:
        return False
    h = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % Q
    left, right = times(s, BASE), add(r, times(h, a))
    return not (
        (left[0] * right[2] - right[0] * left[2]) % P
        or (left[1] * right[2] - right[1] * left[2]) % P
    )


class Keys:
    """Public keys that are believed: the first one met, or those given; and whom they signed for."""

    def __init__(self, trusted):
        self.trusted = {key.lower() for key in trusted}
        self.public = {name_of(key): key for key in self.trusted}

    def learn(self, statement):
        """Believe a key that a believed one signed; and, if none was given, the first one."""
        public, name, signer = statement["public"], statement["id"], statement["key"]
        if name != name_of(public):
            raise Broken("forged", f"Key {name} is not named after its public half.")
        if signer == name and not self.public:
            self.public[name] = public
        if signer not in self.public:
            return  # Of a time before the keys that were given.
        if not self.signed(statement):
            raise Broken("forged", f"Key {name} was not signed by key {signer}.")
        self.public[name] = public

    def signed(self, statement):
        """Whether a believed key signed it; None if the key is not one of them."""
        public = self.public.get(statement["key"])
        if public is None:
            return None
        message = {name: value for name, value in statement.items() if name != "signature"}
        signature = bytes.fromhex(statement["signature"])
        return is_signed(bytes.fromhex(public), canonical(message), signature)


def name_of(public):
    return hashlib.sha256(bytes.fromhex(public)).hexdigest()[:16]


# The walk


class Walk:
    """Where one is in the chain: the last link that held, and what was seen on the way."""

    def __init__(self, keys, kept):
        self.keys, self.kept = keys, kept
        self.first = self.sequence = self.hash = self.before = None
        self.events = self.signed = self.unchecked = 0
        self.last_signed = self.last_checkpoint = None
        self.is_from_the_start = False
        self.segments = []
        self.is_vouched_for = self.is_met = False
        self.installation = None

    def file(self, path):
        self.path, self.ended, self.number = path, False, 0
        for self.number, line in lines_of(path):
            if self.ended:
                raise Broken("inserted", "There are lines after the end.")
            self.take(line)
        if not self.number:
            raise Unusable("The file is empty.")
        if not self.ended:
            raise Broken("cut", f"The file ends before its end, after link {self.sequence}.")

    def take(self, line):
        kind = line.get("type")
        if self.number == 1:
            return self.head(line)
        handler = {
            "event": self.event,
            "missing": self.event,
            "unsealed": self.unsealed,
            "end": self.end,
            "mago-audit-key": self.keys.learn,
            "mago-audit-checkpoint": self.checkpoint,
            "mago-audit-segment": self.segment,
        }.get(kind)
        if handler is None:
            raise Broken("inserted", f"A line of the unknown type {kind!r} was inserted.")
        return handler(line)

    def head(self, line):
        if line.get("type") != "mago-audit-export" or line.get("version") != 1:
            raise Unusable("This is no export of an audit trail, or one of a later version.")
        if not line["whole"]:
            raise Unusable(
                "This export is of a search: what was not found is left out, so that nothing can be"
                " proved. Export a period."
            )
        place = line["before"]["sequence"], line["before"]["hash"]
        if self.sequence is None:
            self.installation = line["installation"]
            self.is_from_the_start = line["since"] is None
            self.first, (self.sequence, self.hash) = place[0] + 1, place
            self.check_kept(*place)
        elif place != (self.sequence, self.hash) or line["installation"] != self.installation:
            raise Broken(
                "missing",
                f"The file does not go on after link {self.sequence}, where the one before ends.",
                link=self.sequence + 1,
            )

    def segment(self, line):
        if line in self.segments:
            return
        self.is_vouched_for = self.require_signature(
            line, f"The record of removed segment {line['number']}"
        )
        last = self.segments[-1] if self.segments else {"last": 0, "hash_after": GENESIS}
        if (last["last"] + 1, last["hash_after"]) != (line["first"], line["hash_before"]):
            raise Broken("segment", f"Segment {line['number']} does not follow the one before.")
        self.check_kept(line["last"], line["hash_after"])
        self.segments.append(line)

    def check_start(self):
        """What comes before the first link: nothing, or segments that were removed and signed."""
        last = self.segments[-1] if self.segments else {"last": 0, "hash_after": GENESIS}
        if last["last"] == self.sequence and last["hash_after"] != self.hash:
            raise Broken("forged", "The chain does not begin where the removed events end.")
        if self.is_from_the_start and last["last"] < self.sequence:
            raise Broken(
                "missing",
                f"Links {last['last'] + 1} to {self.sequence} are missing, and nothing that was"
                " signed tells of their removal.",
                last["last"] + 1,
            )
        if self.segments and not self.is_vouched_for:
            # It vouches for the records before it, and for nothing if anybody could have written it.
            raise Broken(
                "segment",
                f"That links up to {last['last']} were removed is signed by key {last['key']}, which"
                " does not lead back to yours. If you have kept the key of that time, give it, too.",
                last["last"],
            )

    def event(self, line):
        if not self.events:
            self.check_start()
        expected = self.sequence + 1
        if line["sequence"] != expected or not fits(self.hash, line):
            raise self.diagnose(line, expected)
        self.before, self.hash, self.sequence = self.hash, line["hash"], expected
        self.events += 1
        self.check_kept(expected, self.hash)

    def checkpoint(self, line):
        if line["sequence"] != self.sequence:
            raise Broken(
                "checkpoint",
                f"The checkpoint of link {line['sequence']} stands after link {self.sequence}.",
                link=line["sequence"],
            )
        self.check_hash(line, self.sequence, self.hash, "its checkpoint")
        self.last_checkpoint = self.sequence
        self.require_signature(line, f"The checkpoint of link {self.sequence}")

    def check_kept(self, sequence, hash):
        if self.kept and self.kept["sequence"] == sequence:
            self.check_hash(self.kept, sequence, hash, "the checkpoint that was kept")
            self.is_met = True

    def check_hash(self, statement, sequence, hash, what):
        if statement["hash"] != hash:
            since = f"after link {self.last_signed}" if self.last_signed else "before it"
            raise Broken(
                "forged",
                f"Link {sequence} is not that of {what}: the chain was rewritten {since}.",
                link=sequence,
            )

    def require_signature(self, statement, what):
        """Whether a believed key signed it; Broken where it says so, and did not."""
        signed = self.keys.signed(statement)
        if signed is None:
            self.unchecked += 1
        elif not signed:
            raise Broken("forged", f"{what} was not signed by key {statement['key']}.")
        else:
            self.signed += 1
            self.last_signed = self.sequence
        return bool(signed)

    def unsealed(self, line):
        raise Broken(
            "not-ours",
            f"Event {line['id']} stands outside the chain: it was inserted, copied, or changed before"
            " it was sealed.",
            event=line["id"],
        )

    def end(self, line):
        self.ended = True
        if (line["sequence"], line["hash"]) != (self.sequence, self.hash):
            raise Broken(
                "cut",
                f"The end is missing: links up to {line['sequence']} were exported.",
                link=self.sequence,
            )

    def finish(self):
        if self.kept and self.kept["sequence"] > self.sequence:
            raise Broken(
                "cut",
                f"The end is missing: the checkpoint that was kept is of link {self.kept['sequence']},"
                f" the export ends at {self.sequence}.",
                link=self.sequence,
            )
        if not self.events:
            raise Unusable("There is no event in what was given, so that nothing was proved.")
        removed = self.segments[-1]["last"] if self.segments else 0
        if self.kept and removed < self.kept["sequence"] < self.first - 1:
            raise Unusable(
                f"The checkpoint that was kept, of link {self.kept['sequence']}, is not in what was"
                f" given, which begins with link {self.first}. Give what is before it, too."
            )
        if self.last_checkpoint != self.sequence:
            raise Broken("cut", f"The end, link {self.sequence}, is not signed.", self.sequence)
        if self.last_signed != self.sequence:
            whose = "yours" if self.keys.trusted else "the first one in the file"
            raise Broken(
                "forged",
                f"The end, link {self.sequence}, is signed by a key that does not lead back to {whose}.",
                self.sequence,
            )

    # What exactly is wrong with a line that does not follow: the rest of the file tells.

    def diagnose(self, line, expected):
        found, event = line["sequence"], line["id"]
        if line["type"] == "missing" and found == expected:
            return Broken(
                "missing", f"Event {event}, sealed at link {found}, is missing.", found, event
            )
        if found < expected:
            return self.repeated(line, expected)
        later = self.later(lambda other: other.get("sequence") == expected)
        true = later and fits(self.hash, later)
        if found > expected:
            if later:
                return Broken(
                    "reordered",
                    f"Event {later['id']} of link {expected} stands after event {event} of link"
                    f" {found}: they were reordered.",
                    expected,
                    later["id"],
                )
            what = (
                f"Link {expected} is"
                if found == expected + 1
                else f"Links {expected} to {found - 1} are"
            )
            return Broken("missing", f"{what} missing, with the event sealed there.", expected)
        if true:
            return Broken("inserted", f"Event {event} at link {found} was inserted.", found, event)
        return Broken(
            "changed",
            f"Event {event} was changed after it was sealed at link {found}.",
            found,
            event,
        )

    def repeated(self, line, expected):
        """Two lines claim one link; the next link tells which of them was there when it was made."""
        event = line["id"]
        if line["sequence"] == expected - 1 and self.before and fits(self.before, line):
            follower = self.later(lambda other: other.get("sequence") == expected)
            if follower and fits(line["hash"], follower) and not fits(self.hash, follower):
                return Broken(
                    "inserted",
                    f"An event was inserted at link {expected - 1}, before event {event}.",
                    expected - 1,
                )
        return Broken(
            "inserted",
            f"Event {event} was inserted: link {line['sequence']} stands there already.",
            line["sequence"],
            event,
        )

    def later(self, wanted):
        for number, line in lines_of(self.path):
            if number > self.number and line.get("type") == "event" and wanted(line):
                return line
        return None


def members_of(pairs):
    """A name that stands twice is refused: another reader may take the other one of the two."""
    members = dict(pairs)
    if len(members) < len(pairs):
        raise ValueError("a name stands twice")
    return members


def lines_of(path):
    try:
        with open(path, encoding="utf-8") as file:
            for number, text in enumerate(file, 1):
                try:
                    line = json.loads(text, object_pairs_hook=members_of)
                except (ValueError, RecursionError):
                    line = None
                if not isinstance(line, dict):
                    raise Broken(
                        "changed", "This is no line of an export.", place=f"{path}:{number}"
                    )
                yield number, line
    except (OSError, UnicodeDecodeError) as error:
        raise Unusable(f"{path} cannot be read: {error}") from None


LACKING = (KeyError, TypeError, AttributeError, ValueError, RecursionError, struct.error)


def verify(paths, trusted, kept):
    """The walk to the end of all files, and the first break or None."""
    walk = Walk(Keys(trusted), kept)
    try:
        for path in paths:
            try:
                walk.file(path)
            except LACKING as error:
                raise Broken("changed", f"This line lacks what it must have: {error!r}.") from None
        walk.finish()
    except Broken as broken:
        broken.place = broken.place or f"{walk.path}:{walk.number}"
        return walk, broken
    return walk, None


def shown(text):
    """One line of text, without what would change how a terminal shows the others."""
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)


def report(walk, broken):
    if broken:
        return shown(f"BROKEN ({broken.kind}), at {broken.place}: {broken}")
    lines = [
        f"Whole: {walk.events} events, links {walk.first} to {walk.sequence}, ending in {walk.hash}."
    ]
    if walk.segments:
        first, last = walk.segments[0], walk.segments[-1]
        lines.append(
            f"Events of links {first['first']} to {last['last']} were removed under"
            f" {len(walk.segments)} signed segments, the last of {last['time']}."
        )
    elif walk.first > 1:
        lines.append(f"What was before link {walk.first} is not in these files.")
    if walk.kept and not walk.is_met:
        lines.append(
            f"The checkpoint that was kept, of link {walk.kept['sequence']}, lies within what was removed:"
            " nothing was compared with it."
        )
    lines.append(f"{walk.signed} signatures hold, the last at link {walk.last_signed}.")
    if walk.unchecked:
        lines.append(f"{walk.unchecked} signatures are by keys that do not lead back to yours.")
    if not walk.keys.trusted:
        for name, public in walk.keys.public.items():
            lines.append(f"Compare with the copy that you keep: key {name}, public {public}")
    return "\n".join(map(shown, lines))


def members(walk, broken):
    problem = broken and {
        "kind": broken.kind,
        "link": broken.link,
        "event": broken.event,
        "place": broken.place,
        "message": str(broken),
    }
    return {
        "whole": broken is None,
        "events": walk.events,
        "first": walk.first,
        "last": walk.sequence,
        "head": walk.hash,
        "removed": walk.segments[-1]["last"] if walk.segments else 0,
        "signatures": walk.signed,
        "unchecked": walk.unchecked,
        "kept": walk.is_met if walk.kept else None,
        "problem": problem,
    }


def main():
    parser = argparse.ArgumentParser(description="Check an export of Mago's audit trail.")
    parser.add_argument("files", nargs="+", metavar="FILE", help="exports, the oldest first")
    parser.add_argument(
        "--key", action="append", default=[], metavar="HEX", help="a kept public key"
    )
    parser.add_argument("--checkpoint", metavar="FILE", help="a kept checkpoint")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    options = parser.parse_args()
    try:
        kept = None
        if options.checkpoint:
            with open(options.checkpoint, encoding="utf-8") as file:
                kept = json.load(file)["checkpoint"]
            if type(kept["sequence"]) is not int:
                raise ValueError(f"{options.checkpoint} holds no checkpoint")
        walk, broken = verify(options.files, options.key, kept)
    except (Unusable, OSError, KeyError, TypeError, ValueError) as error:
        print(shown(f"Nothing could be checked: {error}"), file=sys.stderr)
        return 2
    print(json.dumps(members(walk, broken)) if options.json else report(walk, broken))
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
