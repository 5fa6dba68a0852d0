import pytest

from dems.ledger.checkpoint import Checkpoint
from dems.ledger.invalid import Contradicted, Malformed, NotProved
from dems.ledger.judgement import judge
from dems.ledger.keys import KeyType, SigningKey, VerifierKey
from dems.ledger.note import Note
from dems.ledger.policy import MAX_POLICY_BYTES, Group, Log, Policy, Witness
from dems.ledger.signing import cosign, sign
from tests.ledger.published import CHECKPOINT, LOG_KEY, OTHER_WITNESS_KEY, WITNESS_KEY, WITNESSED_AT
from tests.ledger.signers import AT, COURT, LABORATORY, LOG, LOG_ONLY, ORIGIN, OTHER_LOG, POLICY, PROSECUTOR, signed
from tests.ledger.trees import TREE

CHECKPOINT_OF_7 = Checkpoint(ORIGIN, 7, TREE.root(7))
KEYS = [SigningKey(f"witness{n}.example", KeyType.COSIGNATURE, bytes([n]) * 32).key.to_text() for n in range(1, 7)]
L, W1, W2, W3 = LOG.key.to_text(), *KEYS[:3]


def read(text: str) -> Policy:
    return Policy.from_bytes(text.encode())


# --- what is read ---


def test_the_example_of_the_specification_asks_for_two_of_three_and_one_of_three() -> None:
    policy = read(
        f"log {L}\n\n"
        f"witness X1 {KEYS[0]}\nwitness X2 {KEYS[1]}\nwitness X3 {KEYS[2]}\n"
        "group X-witnesses 2 X1 X2 X3\n\n"
        f"witness Y1 {KEYS[3]}\nwitness Y2 {KEYS[4]}\nwitness Y3 {KEYS[5]}\n"
        "group Y-witnesses any Y1 Y2 Y3\n\n"
        "group X-and-Y all X-witnesses Y-witnesses\n"
        "quorum X-and-Y\n"
    )
    assert policy.logs == (Log(LOG.key),)
    assert [witness.name for witness in policy.witnesses] == ["X1", "X2", "X3", "Y1", "Y2", "Y3"]
    assert policy.groups == (
        Group("X-witnesses", 2, ("X1", "X2", "X3")),
        Group("Y-witnesses", 1, ("Y1", "Y2", "Y3")),
        Group("X-and-Y", 2, ("X-witnesses", "Y-witnesses")),
    )
    for enough in ({"X1", "X2", "Y1"}, {"X1", "X3", "Y2", "Y3"}, {"X1", "X2", "X3", "Y1", "Y2", "Y3"}):
        assert policy.witnessed_by(enough)
    for too_few in (set[str](), {"X1", "X2"}, {"X1", "Y1", "Y2", "Y3"}, {"X1", "X2", "X3"}, {"X-and-Y", "X-witnesses"}):
        assert not policy.witnessed_by(too_few)


def test_the_least_policy_asks_for_nothing() -> None:
    policy = read("quorum none\n")
    assert (policy.logs, policy.witnesses, policy.groups, policy.quorum) == ((), (), (), "none")
    assert policy.witnessed_by([])


def test_a_quorum_of_one_witness_asks_for_that_one() -> None:
    policy = read(f"witness w1 {W1}\nwitness w2 {W2}\nquorum w1\n")
    assert policy.witnessed_by(["w1"])
    assert not policy.witnessed_by(["w2"])


def test_spaces_tabs_comments_and_urls_are_read_and_kept() -> None:
    text = f"\n# comment\n\t # another\n\twitness \t w1  {W1}   https://w1.example/ \n \nlog\t{L} https://log.example/\n  quorum\tw1\n"
    policy = read(text)
    assert policy.witnesses == (Witness("w1", VerifierKey.from_text(W1), "https://w1.example/"),)
    assert policy.logs == (Log(LOG.key, "https://log.example/"),)
    assert policy.to_bytes() == text.encode()


def test_names_are_octets() -> None:
    """A Kelvin sign is no K, and bytes that are no UTF-8 are a name."""
    data = (
        f"witness K {W1}\n".encode()
        + b"witness \xe2\x84\xaa\x80 "
        + W2.encode()
        + b"\ngroup g all K \xe2\x84\xaa\x80\n"
    )
    policy = Policy.from_bytes(data + b"quorum g\n")
    names = [witness.name for witness in policy.witnesses]
    assert [name.encode("utf-8", "surrogateescape") for name in names] == [b"K", b"\xe2\x84\xaa\x80"]
    assert not policy.witnessed_by(names[:1])
    assert policy.witnessed_by(names)
    assert policy.to_bytes() == data + b"quorum g\n"
    assert (
        Policy.of(policy.logs, policy.witnesses, policy.groups, "g").to_bytes()
        == data.replace(b"all", b"2") + b"quorum g\n"
    )


def test_words_of_the_format_are_names_too() -> None:
    policy = read(f"witness all {W1}\nwitness any {W2}\ngroup group 2 all any\nquorum group\n")
    assert policy.groups == (Group("group", 2, ("all", "any")),)


def test_a_policy_is_written_in_one_way() -> None:
    policy = Policy.of(
        [Log(LOG.key), Log(OTHER_LOG.key, "https://other.example/")],
        [Witness("court", COURT.key, "https://court.example/")],
        [Group("courts", 1, ("court",))],
        "courts",
    )
    assert policy.to_bytes().decode() == (
        f"log {L}\nlog {OTHER_LOG.key.to_text()} https://other.example/\n"
        f"witness court {COURT.key.to_text()} https://court.example/\ngroup courts 1 court\nquorum courts\n"
    )
    assert Policy.from_bytes(policy.to_bytes()) == policy


def test_a_policy_may_be_as_large_as_the_specification_asks_for() -> None:
    logs = [Log(SigningKey(f"log{n}.example/" + "x" * 200, KeyType.ED25519, bytes([n]) * 32).key) for n in range(32)]
    witnesses = [
        Witness(f"w{n}", SigningKey("x" * 200, KeyType.COSIGNATURE, bytes([n]) * 32).key, "https://" + "y" * 200)
        for n in range(32)
    ]
    groups = [Group(f"g{n}", 1, (f"w{n}",)) for n in range(32)]
    assert len(Policy.of(logs, witnesses, groups, "g31").groups) == 32


def test_a_policy_may_have_65_536_bytes_and_no_more() -> None:
    data = b"quorum none\n".rjust(65_536, b"\n")
    assert Policy.from_bytes(data).to_bytes() == data
    with pytest.raises(Malformed, match="at most 65536 bytes"):
        Policy.from_bytes(b"\n" + data)


# --- what is refused ---


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "its quorum"),
        ("\n", "its quorum"),
        ("quorum none", "does not end with a newline"),
        ("quorum none\n\x01", "control character"),
        ("quorum none\r\n", "control character"),
        ("quorum none\x0b\n", "control character"),
        ("quorum none\n\x7f\n", "control character"),
        ("quorum none\n" + "#" * MAX_POLICY_BYTES, "at most"),
        ("quibble w1\nquorum none\n", "'quibble' begins no line"),
        ("Quorum none\n", "'Quorum' begins no line"),
        ("quorum\u00a0none\n", "begins no line"),
        (f"witness w1 {W1} https://w1.example/ # comment\nquorum w1\n", "more words"),
        ("log\nquorum none\n", "or with fewer"),
        (f"log {L} url more\nquorum none\n", "more words"),
        ("log garbage\nquorum none\n", "line 1 of the policy: a key is written"),
        (f"log {W1}\nquorum none\n", "the key of a log has type 0x01"),
        (f"log {L}\nlog {L} https://log.example/\nquorum none\n", "line 2 of the policy: this public key"),
        ("witness w1\nquorum none\n", "or with fewer"),
        (f"witness w1 {W1} url more\nquorum w1\n", "more words"),
        (f"witness w1 {L}\nquorum w1\n", "the key of a witness has type 0x04"),
        (f"witness none {W1}\nquorum none\n", "the name 'none' is taken"),
        (f"witness w1 {W1}\nwitness w1 {W2}\nquorum w1\n", "the name 'w1' is taken"),
        (f"witness w1 {W1}\nwitness w2 {W1}\nquorum w1\n", "this public key is listed"),
        (f"witness w1 {W1}\ngroup w1 any w1\nquorum w1\n", "the name 'w1' is taken"),
        (f"witness w1 {W1}\ngroup g1 1\nquorum w1\n", "or with fewer"),
        (f"witness w1 {W1}\ngroup none any w1\nquorum none\n", "the name 'none' is taken"),
        (f"witness w1 {W1}\ngroup g1 0 w1\nquorum g1\n", "or for none"),
        (f"witness w1 {W1}\ngroup g1 -1 w1\nquorum g1\n", "decimal digits"),
        (f"witness w1 {W1}\ngroup g1 01 w1\nquorum g1\n", "decimal digits"),
        (f"witness w1 {W1}\ngroup g1 most w1\nquorum g1\n", "decimal digits"),
        (f"witness w1 {W1}\ngroup g1 2 w1\nquorum g1\n", "more members than it has"),
        (f"witness w1 {W1}\ngroup g1 any w2\nquorum g1\n", "nothing above is named 'w2'"),
        (f"group g1 any w1\nwitness w1 {W1}\nquorum g1\n", "nothing above is named 'w1'"),
        ("group g1 any g1\nquorum g1\n", "nothing above is named 'g1'"),
        (f"witness w1 {W1}\ngroup g1 any none w1\nquorum g1\n", "nothing above is named 'none'"),
        (f"witness w1 {W1}\ngroup g1 all w1 w1\nquorum g1\n", "count twice"),
        (f"witness w1 {W1}\nwitness w2 {W2}\ngroup g1 any w1 w2\ngroup g2 any w1\nquorum g1\n", "count twice"),
        (f"witness w1 {W1}\n", "its quorum"),
        (f"witness w1 {W1}\nquorum w1\nquorum w1\n", "said above"),
        ("quorum unknown\n", "nothing above is named 'unknown'"),
        (f"quorum w1\nwitness w1 {W1}\n", "nothing above is named 'w1'"),
        ("quorum\n", "or with fewer"),
        ("quorum none none\n", "more words"),
    ],
)
def test_what_is_no_policy_is_refused_and_the_line_named(text: str, why: str) -> None:
    with pytest.raises(Malformed, match=why):
        read(text)


def test_one_key_under_two_names_is_one_witness() -> None:
    key = VerifierKey.from_text(W1)
    impostor = VerifierKey("impostor.example", KeyType.COSIGNATURE, key.public).to_text()
    with pytest.raises(Malformed, match="perhaps under another name"):
        read(f"witness w1 {W1}\nwitness w2 {impostor}\nquorum w1\n")


def test_a_key_name_that_is_no_utf_8_is_refused() -> None:
    with pytest.raises(Malformed, match="line 1"):
        Policy.from_bytes(b"log \xff" + L.encode() + b"\nquorum none\n")


@pytest.mark.parametrize(
    "url", ["", " ", "https://log.example/ x", "https://log.example/\nquorum none", "https://log.example/\x00"]
)
def test_a_policy_that_no_file_can_say_is_not_made(url: str) -> None:
    with pytest.raises(Malformed):
        Policy.of([Log(LOG.key, url)])


# --- what a policy says of a checkpoint ---


def test_a_quorum_of_witnesses_is_told_with_the_times_at_which_they_saw_the_tree() -> None:
    judgement = judge(signed(CHECKPOINT_OF_7, COURT, LABORATORY), POLICY)
    assert judgement.checkpoint == CHECKPOINT_OF_7
    assert judgement.log == LOG.key
    assert judgement.cosigned == {"court": AT, "laboratory": AT}
    assert judgement.has_quorum
    judgement.require_quorum()


def test_too_few_witnesses_are_told_and_asked_for_when_they_are_needed() -> None:
    judgement = judge(signed(CHECKPOINT_OF_7, COURT), POLICY)
    assert not judgement.has_quorum
    with pytest.raises(NotProved, match="1 known witnesses"):
        judgement.require_quorum()


def test_one_witness_twice_is_one_witness_and_its_first_time_counts() -> None:
    text = CHECKPOINT_OF_7.to_text()
    note = Note(text, (sign(text, LOG), *(cosign(text, COURT, at) for at in (AT + 5, AT, AT + 9))))
    judgement = judge(note.to_bytes(), POLICY)
    assert judgement.cosigned == {"court": AT}
    assert not judgement.has_quorum


def test_witnesses_without_a_log_prove_nothing() -> None:
    text = CHECKPOINT_OF_7.to_text()
    note = Note(text, (cosign(text, COURT, AT), cosign(text, PROSECUTOR, AT)))
    with pytest.raises(NotProved, match="no known log"):
        judge(note.to_bytes(), POLICY)


def test_an_unknown_log_proves_nothing() -> None:
    with pytest.raises(NotProved, match="no known key"):
        judge(signed(Checkpoint("other.example/log", 7, TREE.root(7)), log=OTHER_LOG), LOG_ONLY)


def test_a_witness_whose_signature_does_not_fit_condemns_the_checkpoint() -> None:
    text = CHECKPOINT_OF_7.to_text()
    elsewhere = cosign(Checkpoint(ORIGIN, 8, TREE.root(8)).to_text(), PROSECUTOR, AT)
    note = Note(text, (sign(text, LOG), cosign(text, COURT, AT), elsewhere))
    with pytest.raises(Contradicted, match="prosecutor"):
        judge(note.to_bytes(), POLICY)


def test_a_log_that_signs_for_another_origin_is_contradicted_even_if_both_are_listed() -> None:
    both = Policy.of([Log(LOG.key), Log(OTHER_LOG.key)])
    with pytest.raises(Contradicted, match=r"of the log 'dems\.example/log'"):
        judge(signed(CHECKPOINT_OF_7, log=OTHER_LOG), both)
    text = CHECKPOINT_OF_7.to_text()
    assert judge(Note(text, (sign(text, OTHER_LOG), sign(text, LOG))).to_bytes(), both).log == LOG.key


def test_logs_known_from_elsewhere_serve_where_a_policy_lists_none() -> None:
    policy = read(f"witness w1 {COURT.key.to_text()}\nquorum w1\n")
    judgement = judge(signed(CHECKPOINT_OF_7, COURT), policy, more_logs=[Log(LOG.key)])
    assert judgement.has_quorum
    with pytest.raises(NotProved, match="no known log"):
        judge(signed(CHECKPOINT_OF_7, COURT), policy)


def test_a_real_checkpoint_with_real_witnesses_meets_a_policy_of_two() -> None:
    policy = read(
        f"log {LOG_KEY}\nwitness remora {WITNESS_KEY}\nwitness smartit {OTHER_WITNESS_KEY}\n"
        "group both all remora smartit\nquorum both\n"
    )
    judgement = judge(CHECKPOINT, policy)
    assert judgement.cosigned == {"remora": WITNESSED_AT, "smartit": WITNESSED_AT}
    judgement.require_quorum()
