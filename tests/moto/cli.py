"""Version 1 of the AWS command line without its start, for the tests of the export script.

`cli.py SOCKET ARGUMENT...` is the command `aws`: it hands its arguments,
environment, input and outputs to `cli.py --serve SOCKET`, which has everything
imported and forks for each call. So a test makes hundreds of calls in the time
that starting Python for each would take for a few. The server ends when its
standard input does.
"""

import json
import os
import socket
import sys
import threading


def ask(path, arguments):
    with socket.socket(socket.AF_UNIX) as peer:
        peer.connect(path)
        told = json.dumps({"arguments": arguments, "environment": dict(os.environ)})
        socket.send_fds(peer, [b"f"], [0, 1, 2])
        peer.sendall(told.encode())
        peer.shutdown(socket.SHUT_WR)
        answer = b"".join(iter(lambda: peer.recv(64), b""))
    return int(answer or b"255")


def serve(path):
    from awscli.clidriver import main  # noqa: PLC0415: only the server pays for it

    # S3 Control has a host for each account, below the address of the server.
    find = socket.getaddrinfo

    def found(host, *more, **named):
        below = str(host).endswith(".127.0.0.1")
        return find("127.0.0.1" if below else host, *more, **named)

    socket.getaddrinfo = found
    # Where its data is, which importing it has set.
    own = {"AWS_DATA_PATH": os.environ["AWS_DATA_PATH"]}

    def answer(peer):
        """In a process of its own."""
        _, fds, _, _ = socket.recv_fds(peer, 1, 3)
        told = json.loads(b"".join(iter(lambda: peer.recv(65536), b"")))
        for number, fd in enumerate(fds):
            os.dup2(fd, number)
        os.environ.clear()
        os.environ.update(told["environment"] | own)
        sys.argv = ["aws", *told["arguments"]]
        # Version 1 goes to another host for SQS unless it is told so on its line.
        if "AWS_ENDPOINT_URL" in os.environ:
            sys.argv += ["--endpoint-url", os.environ["AWS_ENDPOINT_URL"]]
        try:
            code = main()
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else 255
        sys.stdout.flush()
        sys.stderr.flush()
        peer.sendall(str(code).encode())

    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(path)
        listener.listen(16)
        # Whoever has started this waits for this line.
        print("ready", flush=True)
        parent = os.getpid()
        threading.Thread(target=end_with_input, daemon=True).start()
        while True:
            peer, _ = listener.accept()
            # Of those that have ended nothing is to be kept.
            while reap():
                pass
            if os.fork() == 0:
                try:
                    listener.close()
                    answer(peer)
                finally:
                    os._exit(0)
            peer.close()
            assert os.getpid() == parent


def reap():
    try:
        return os.waitpid(-1, os.WNOHANG)[0]
    except ChildProcessError:
        return 0


def end_with_input():
    sys.stdin.read()
    os._exit(0)


if __name__ == "__main__":
    if sys.argv[1] == "--serve":
        serve(sys.argv[2])
    sys.exit(ask(sys.argv[1], sys.argv[2:]))
