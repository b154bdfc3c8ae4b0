# Part of Apus, Apache-2.0. See LICENSE.
"""A slow relay: `relay.py MINE:REAL...` passes connections to its ports on to those of this host, 0.1 s later and at 1 MB/s."""
import asyncio
import sys

DELAY, RATE, CHUNK = 0.1, 1_000_000, 65536


async def copy(reader, writer):
    """Bytes leave when they have travelled, in order; reading goes on meanwhile."""
    loop, queue = asyncio.get_running_loop(), asyncio.Queue(64)

    async def send():
        free = 0.0
        while True:
            due, data = await queue.get()
            if not data:
                break
            free = max(free, due) + len(data) / RATE
            await asyncio.sleep(max(0, free - loop.time()))
            writer.write(data)
            await writer.drain()
        writer.close()

    sending = asyncio.create_task(send())
    try:
        while data := await reader.read(CHUNK):
            await queue.put((loop.time() + DELAY, data))
    except ConnectionError:
        pass
    await queue.put((0, b""))
    await asyncio.gather(sending, return_exceptions=True)


def relaying(port):
    async def serve(reader, writer):
        there, back = await asyncio.open_connection("127.0.0.1", port)
        await asyncio.gather(copy(reader, back), copy(there, writer), return_exceptions=True)

    return serve


async def main():
    pairs = [map(int, pair.split(":")) for pair in sys.argv[1:]]
    servers = [await asyncio.start_server(relaying(real), "0.0.0.0", mine) for mine, real in pairs]
    print("ready", flush=True)
    await asyncio.gather(*(server.serve_forever() for server in servers))


asyncio.run(main())
