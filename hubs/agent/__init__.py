"""The reference hub: all that a device does towards the server, and nothing of the server's own code.

Only Python's standard library is used, so that whoever writes a hub, in whatever language, can read it
from end to end (docs/hub-protocol.md has the messages):

    proof.py    what is computed: SCRAM-SHA-256 and HT-SHA-256, as the hub does it
    wire.py     HTTP, over TLS, one request at a time
    store.py    what must outlive the power: a file of mode 0600
    client.py   enrol, sign in, reconnect, heartbeat, tasks, rotate
    device.py   a device to play with
    living.py   the loop around it, and how long to wait after what
"""
