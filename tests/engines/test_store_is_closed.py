"""Against a COMPLIANCE-locked version: every way around S3 that a stranger on this machine has."""

import http.client
import re
import socket
import ssl
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest
from botocore.exceptions import ClientError

from dems.engines import Engines, StoreExposed
from dems.engines.binaries import weed
from dems.engines.identity import KEEP
from dems.engines.ports import GRPC_OFFSET, STORE_PORTS, listening_everywhere, remove_grpc_sockets, reserve
from dems.engines.seaweedfs_probe import exposed
from tests.engines import s3


@dataclass(frozen=True)
class Target:
    engines: Engines
    version: str

    @property
    def ports(self) -> dict[str, int]:
        return self.engines._ports

    def is_intact(self) -> bool:
        return s3.read(self.engines.connections, self.version) == s3.BODY


@pytest.fixture(scope="module")
def target(engines: Engines) -> Target:
    s3.make_buckets(engines.connections, "evidence", "ledger", "exports", "other")
    return Target(engines, s3.put_locked(engines.connections))


PATHS = [
    ("filer", "DELETE", "/buckets/evidence?recursive=true&ignoreRecursiveError=true"),
    ("filer", "DELETE", f"/buckets/evidence/{s3.KEY}?recursive=true"),
    ("filer", "GET", "/buckets/evidence/"),
    ("filer", "PUT", "/buckets/evidence/planted"),
    ("volume", "DELETE", "/1,01000000"),
    ("volume", "GET", "/status"),
    ("volume", "GET", "/ui/index.html"),
    ("master", "GET", "/col/delete?collection=evidence"),
    ("master", "GET", "/dir/assign"),
    ("master", "GET", "/vol/vacuum?garbageThreshold=0.0001"),
    ("master", "GET", "/vol/grow?count=1"),
    ("admin", "GET", "/"),
    ("admin", "POST", "/api/s3/buckets/delete"),
]


@pytest.mark.parametrize(("port", "method", "path"), PATHS)
@pytest.mark.parametrize("tls", [False, True], ids=["plain", "tls-without-certificate"])
def test_inner_ports_do_nothing_for_strangers(target: Target, port: str, method: str, path: str, tls: bool) -> None:
    connection: http.client.HTTPConnection
    if tls:
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        connection = http.client.HTTPSConnection("127.0.0.1", target.ports[port], context=context, timeout=10)
    else:
        connection = http.client.HTTPConnection("127.0.0.1", target.ports[port], timeout=10)
    try:
        connection.request(method, path)
        answer = connection.getresponse()
        assert (answer.status, answer.read()) == (400, b"Client sent an HTTP request to an HTTPS server.\n")
    except (OSError, http.client.HTTPException):
        pass
    finally:
        connection.close()
    assert target.is_intact()


def test_the_stores_own_shell_without_a_certificate_does_nothing(target: Target, tmp_path: Path) -> None:
    commands = (
        "lock\ncollection.delete -collection=evidence -apply\nfs.rm -rf /buckets/evidence\nvolume.list\n"
        "s3.bucket.delete -name=evidence\nunlock\nexit\n"
    )
    shell = [
        str(weed()),
        "shell",
        f"-master=127.0.0.1:{target.ports['master']}",
        f"-filer=127.0.0.1:{target.ports['filer']}",
    ]
    with subprocess.Popen(  # noqa: S603  (from the wheel)
        shell, cwd=tmp_path, env={"HOME": str(tmp_path)}, stdin=-1, stdout=-1, stderr=subprocess.STDOUT
    ) as process:
        try:
            said, _ = process.communicate(commands.encode(), timeout=2)
        except subprocess.TimeoutExpired:
            process.kill()
            said, _ = process.communicate()
    assert b"DefaultDataCenter" not in said
    assert target.is_intact()


@pytest.mark.parametrize("name", ["master", "volume", "filer", "s3", "admin"])
def test_grpc_ports_say_nothing_to_strangers(target: Target, name: str) -> None:
    preface = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\x00\x00\x00\x04\x00\x00\x00\x00\x00"
    with socket.create_connection(("127.0.0.1", target.ports[name] + GRPC_OFFSET), 60) as plain:
        plain.sendall(preface)
        assert _answer(plain) == b""
    with socket.create_connection(("127.0.0.1", target.ports[name] + GRPC_OFFSET), 60) as inner:
        assert _answer_over_tls(inner, preface) == b""


def _answer(connection: socket.socket) -> bytes:
    try:
        return connection.recv(1024)
    except ConnectionResetError:
        return b""


def _answer_over_tls(connection: socket.socket, opening: bytes) -> bytes:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.set_alpn_protocols(["h2"])
    try:
        with context.wrap_socket(connection) as tls:
            tls.sendall(opening)
            return tls.recv(1024)
    except (ssl.SSLError, ConnectionError):  # a timeout is an answer that may still come
        return b""


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/"),
        ("GET", "/evidence"),
        ("GET", "/evidence?versions"),
        ("GET", f"/evidence/{s3.KEY}"),
        ("PUT", "/evidence/planted"),
        ("PUT", "/new-bucket"),
        ("DELETE", f"/evidence/{s3.KEY}?versionId=VERSION"),
        ("DELETE", "/evidence"),
        ("POST", "/evidence?delete"),
        ("POST", "/?Action=CreateUser&UserName=x&Version=2010-05-08"),
        ("POST", "/?Action=AssumeRole&RoleArn=x&RoleSessionName=x&Version=2011-06-15"),
    ],
)
def test_s3_does_nothing_anonymously(target: Target, method: str, path: str) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", target.ports["s3"], timeout=60)
    connection.request(method, path.replace("VERSION", target.version), body=b"x" if method != "GET" else None)
    answer = connection.getresponse()
    answer.read()
    connection.close()
    assert answer.status in {403, 405}
    assert target.is_intact()


def test_the_application_can_neither_remove_nor_reconfigure(target: Target) -> None:
    app = s3.client(target.engines.connections, target.engines.connections.s3_app)
    version, bucket, key = target.version, s3.BUCKET, s3.KEY
    public = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"s3:*","Resource":"*"}]}'
    attempts: dict[str, Callable[[], object]] = {
        "delete": lambda: app.delete_object(Bucket=bucket, Key=key),
        "delete version": lambda: app.delete_object(Bucket=bucket, Key=key, VersionId=version),
        "bypass": lambda: app.delete_object(Bucket=bucket, Key=key, VersionId=version, BypassGovernanceRetention=True),
        "shorten": lambda: app.put_object_retention(
            Bucket=bucket,
            Key=key,
            VersionId=version,
            Retention={"Mode": "COMPLIANCE", "RetainUntilDate": s3.in_days(1)},
        ),
        "downgrade": lambda: app.put_object_retention(
            Bucket=bucket,
            Key=key,
            VersionId=version,
            BypassGovernanceRetention=True,
            Retention={"Mode": "GOVERNANCE", "RetainUntilDate": s3.in_days(90)},
        ),
        "suspend": lambda: app.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Suspended"}),
        "lock configuration": lambda: app.put_object_lock_configuration(
            Bucket=bucket, ObjectLockConfiguration={"ObjectLockEnabled": "Enabled"}
        ),
        "policy": lambda: app.put_bucket_policy(Bucket=bucket, Policy=public),
        "acl": lambda: app.put_object_acl(Bucket=bucket, Key=key, ACL="public-read"),
        "bucket acl": lambda: app.put_bucket_acl(Bucket=bucket, ACL="public-read"),
        "lifecycle": lambda: app.put_bucket_lifecycle_configuration(
            Bucket=bucket,
            LifecycleConfiguration={
                "Rules": [{"ID": "x", "Status": "Enabled", "Filter": {"Prefix": ""}, "Expiration": {"Days": 1}}]
            },
        ),
        "tags": lambda: app.put_object_tagging(Bucket=bucket, Key=key, Tagging={"TagSet": []}),
        "delete bucket": lambda: app.delete_bucket(Bucket="exports"),
        "make bucket": lambda: app.create_bucket(Bucket="mine"),
        "other bucket, write": lambda: app.put_object(Bucket="other", Key="k", Body=b"x"),
        "other bucket, list": lambda: app.list_objects_v2(Bucket="other"),
    }
    allowed = []
    for name, attempt in attempts.items():
        try:
            attempt()
        except ClientError as error:
            if s3.code(error) == 403:
                continue
        allowed.append(name)
    answer = app.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": key}, {"Key": key, "VersionId": version}]})
    app.close()
    assert not allowed
    assert [entry["Code"] for entry in answer["Errors"]] == ["AccessDenied", "AccessDenied"]
    assert target.is_intact()


def test_the_application_can_do_its_work(target: Target) -> None:
    app = s3.client(target.engines.connections, target.engines.connections.s3_app)
    bucket = "ledger"
    stored = app.put_object(
        Bucket=bucket, Key="a", Body=b"one", ObjectLockMode="COMPLIANCE", ObjectLockRetainUntilDate=s3.in_days(2)
    )
    version = stored["VersionId"]
    app.put_object_retention(
        Bucket=bucket, Key="a", VersionId=version, Retention={"Mode": "COMPLIANCE", "RetainUntilDate": s3.in_days(9)}
    )
    app.put_object_legal_hold(Bucket=bucket, Key="a", VersionId=version, LegalHold={"Status": "ON"})
    assert app.get_object_retention(Bucket=bucket, Key="a", VersionId=version)["Retention"]["Mode"] == "COMPLIANCE"
    assert app.get_object_legal_hold(Bucket=bucket, Key="a", VersionId=version)["LegalHold"]["Status"] == "ON"
    assert app.head_object(Bucket=bucket, Key="a")["ObjectLockLegalHoldStatus"] == "ON"
    upload = app.create_multipart_upload(Bucket=bucket, Key="b", ChecksumAlgorithm="SHA256")["UploadId"]
    part = app.upload_part(
        Bucket=bucket, Key="b", UploadId=upload, PartNumber=1, Body=b"two", ChecksumAlgorithm="SHA256"
    )
    assert len(app.list_parts(Bucket=bucket, Key="b", UploadId=upload)["Parts"]) == 1
    assert len(app.list_multipart_uploads(Bucket=bucket)["Uploads"]) == 1
    app.complete_multipart_upload(
        Bucket=bucket,
        Key="b",
        UploadId=upload,
        IfNoneMatch="*",
        MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": part["ETag"], "ChecksumSHA256": part["ChecksumSHA256"]}]},
    )
    other = app.create_multipart_upload(Bucket=bucket, Key="c")["UploadId"]
    app.abort_multipart_upload(Bucket=bucket, Key="c", UploadId=other)
    assert [entry["Key"] for entry in app.list_objects_v2(Bucket=bucket)["Contents"]] == ["a", "b"]
    assert len(app.list_object_versions(Bucket=bucket)["Versions"]) == 2
    assert app.get_bucket_versioning(Bucket=bucket)["Status"] == "Enabled"
    assert app.get_object_lock_configuration(Bucket=bucket)["ObjectLockConfiguration"]["ObjectLockEnabled"] == "Enabled"
    assert [entry["Name"] for entry in app.list_buckets()["Buckets"]] == ["evidence", "exports", "ledger"]
    app.close()


def test_nothing_listens_beyond_loopback(target: Target) -> None:
    addresses = {}
    for name, pid in target.engines.processes().items():
        family = [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
        addresses[name] = {
            connection.laddr.ip
            for process in family
            for connection in process.net_connections("inet")
            if connection.status == psutil.CONN_LISTEN
        }
    assert addresses == {"postgres": {"127.0.0.1"}, "seaweedfs": {"127.0.0.1"}, "valkey": {"127.0.0.1"}}


def test_the_probe_sees_an_open_store(tmp_path: Path, until: Callable[[Callable[[], bool]], None]) -> None:
    """The store as it runs without its security file: the probe must not be satisfied with what we configured."""
    (tmp_path / "data").mkdir()
    ports = {name: port for name, port in reserve({}, KEEP).items() if name in STORE_PORTS}
    arguments = [
        str(weed()), "-logtostderr=true", "mini", "-dir=data", "-ip=127.0.0.1", "-ip.bind=127.0.0.1",
        *(f"-{name}.port={port}" for name, port in ports.items()),
        "-master.telemetry=false", "-webdav=false", "-admin.ui=false", "-s3.port.iceberg=0", "-s3.port.lance=0",
        "-filer.localSocket=f.sock", "-s3.localSocket=s.sock",
    ]  # fmt: skip
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(  # noqa: S603  (from the wheel)
            arguments, cwd=tmp_path, env={"HOME": str(tmp_path)}, stdout=log, stderr=log
        )
    try:
        inner = [port + offset for name, port in ports.items() if name != "s3" for offset in (0, GRPC_OFFSET)]
        until(lambda: b"All enabled components" in (tmp_path / "log").read_bytes() and listening_everywhere(inner))
        findings = exposed(closed_ports=inner, s3_port=ports["s3"], scratch=tmp_path)
    finally:
        process.kill()
        process.wait()
        remove_grpc_sockets(ports, KEEP)
    open_ports = {int(port) for finding in findings for port in re.findall(r"port (\d+)", finding)}
    assert open_ports == set(inner)
    assert any("S3 answers PUT" in finding for finding in findings)


def test_engines_refuse_an_open_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dems.engines.seaweedfs_files._security", lambda: "")
    engines = Engines(tmp_path / "data")
    with pytest.raises(StoreExposed, match="answers in plain text"):
        engines.start()
    assert engines.processes() == {}
