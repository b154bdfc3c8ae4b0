#!/usr/bin/env python3
# Part of Apus, Apache-2.0. See LICENSE.
"""Messages as Jupyter's own library makes them: make_messages.py FILE

Needs ipyparallel. The file that it wrote is in Tests/Vectors/wire, with the versions that made it.
"""
import json
import sys

import ipyparallel
import jupyter_client
from jupyter_client.session import Session

SCHEMES = ["hmac-" + name for name in ("sha256", "sha1", "sha224", "sha384", "sha512", "md5", "sha3_256", "blake2b")]
messages = []
for scheme in SCHEMES:
    for key in (b"06e1e7ac-321f6481a0a5c451fbf0135c", b"k" * 200, b"\xc3\xbc"):
        session = Session(key=key, signature_scheme=scheme, username="vectors", check_pid=False)
        parent = session.msg("apply_request")
        message = session.msg(
            "apply_reply", content={"status": "error", "ename": "KeyError", "evalue": "'ä\n\"\\'", "n": 1.5e300},
            parent=parent, metadata={"engine": "e", "dependencies_met": False, "status": "error"})
        frames = session.serialize(message, ident=[b"\x00abcd"])
        messages.append({
            "scheme": scheme, "key": key.hex(), "frames": [bytes(frame).hex() for frame in frames],
            "msg_id": message["header"]["msg_id"], "msg_type": "apply_reply",
            "session": message["header"]["session"], "parent": parent["header"]["msg_id"],
            "date": message["header"]["date"].isoformat(),
        })
document = {
    "made_by": f"ipyparallel {ipyparallel.__version__}, jupyter_client {jupyter_client.__version__}",
    "messages": messages,
}
with open(sys.argv[1], "w") as file:
    json.dump(document, file, indent=1)
    file.write("\n")
