"""What a recipient reads first."""

from dems.package.inventory import About

_TEXT = """\
WHAT THIS IS

Items of evidence of the case {reference}, {scope}, with the record of everything that was done with each of them.
{payload}
Given to:     {recipient}
Because:      {reason}
Asked for by: {asked_by}, {asked_at}
Items:        {items}{withheld}

data/evidence/          the files, each in a folder named by its exhibit reference
data/items.jsonl        one line for each item: reference, description, original name, size, SHA-256, where it lies here
data/export.json        what was asked for
custody/                the custody entries of each item, up to when this package was asked for
handling.jsonld         the same entries as CASE/UCO linked data
policy.txt              the keys of the custody log and of its witnesses, as the sender has them
manifest-*.txt          the SHA-256 and SHA-512 of every file in data/
tagmanifest-*.txt       the same of every other file but those in log/
log/custody/            the entries that came later, to the one that says that this very package was made
log/proofs/             for each entry the proof that it is in the custody log
log/checkpoint          the size and the hash of the whole log, signed by it, and cosigned by its witnesses if it has some
log/timestamps/         what time-stamping authorities say of the checkpoint, if there is something

HOW TO CHECK ALL OF IT

With Python 3.11 or later, the package "cryptography", and one file, dems-verify.pyz, that you have from the sender or built
yourself from the published source:

    python dems-verify.pyz {base}.zip --policy FILE

FILE holds the keys that you believe. Get it from the log's owner and from its witnesses themselves, by another way than this
package; policy.txt here is only what the sender says. It ends with a verdict: "proved", "not proved" (something is absent;
nothing is wrong), "false" (do not rely on it; tell the sender which line says so) or "refused" (it was not checked, because
this copy was cut off or cannot be read: get another).

HOW TO CHECK WITH OTHER PEOPLE'S TOOLS

Unpack it. In the folder {base}:

    sha256sum -c manifest-sha256.txt        every file of evidence is what the manifest says
    sha256sum -c tagmanifest-sha256.txt     the manifest and the other papers are
    sha512sum -c manifest-sha512.txt        the same with another algorithm
    bagit.py --validate .                   all of that at once (Library of Congress, "pip install bagit")
    sha256sum tagmanifest-sha256.txt        the hash that the last entry in each log/custody/*.jsonl must name,
                                            in its detail (base64), as "tagmanifest_sha256"
    case_validate handling.jsonld           the linked data is CASE/UCO ("pip install case-utils")
    openssl ts -verify -data log/timestamps/checkpoint.txt -in log/timestamps/NAME.tsr -CAfile ROOT.pem
                                            the time of the checkpoint; add -attime if the authority's
                                            certificate has expired since

The custody log is a Merkle tree as in RFC 9162; proofs and checkpoint are in the formats tlog-proof, tlog-checkpoint and
signed-note of c2sp.org, for which there are other programs. The sender's page docs/package.md says what each file here is.

WHAT THIS DOES NOT SHOW

What happened before the first entry. Whether a person who is named did what the entry says: it says what the system
recorded. Entries after this package was made. Without witnesses or timestamps that you trust, when the log was written: then
you rely on its owner for that. That nobody else was shown another log: keep log/checkpoint, with which any later copy of the
log can be compared (dems-verify.pyz COPY --checkpoint log/checkpoint).
"""


_BY_HAND = r"""
ONE ENTRY BY HAND

With a shell, base64, sha256sum and openssl 3, in the same folder. KEYS is the file with the keys that you believe, C a chain, N
the number of one of its entries:

    KEYS=policy.txt
    C=$(ls log/proofs | head -n 1)
    N=1
    T=$(mktemp -d)
    part() { cat custody/$C.jsonl log/custody/$C.jsonl | sed -n "$N"p | sed "s/.*\"$1\":\"\([^\"]*\)\".*/\1/" | base64 -d; }
    part leaf > $T/leaf
    cat $T/leaf

This is what the log holds: the chain, the number, the time, "previous" (the leaf hash of the entry before) and "commitment", which
must be what this prints, unless the detail is withheld:

    { part nonce; part detail; } | sha256sum

Its place in the tree. The last two lines that this prints must be the same:

    P=log/proofs/$C/$(printf %08d $N).tlog-proof
    f=$(sed -n 's/^index //p' $P)
    s=$(($(sed -n 2p log/checkpoint) - 1))
    { printf '\0'; cat $T/leaf; } | openssl dgst -sha256 -binary > $T/r
    for h in $(sed -n '3,/^$/p' $P); do
        echo $h | base64 -d > $T/h
        if [ $((f % 2)) = 1 ] || [ $f = $s ]; then
            { printf '\1'; cat $T/h $T/r; } | openssl dgst -sha256 -binary > $T/n
            while [ $((f % 2)) = 0 ] && [ $f != 0 ]; do f=$((f / 2)); s=$((s / 2)); done
        else
            { printf '\1'; cat $T/r $T/h; } | openssl dgst -sha256 -binary > $T/n
        fi
        mv $T/n $T/r
        f=$((f / 2)); s=$((s / 2))
    done
    base64 $T/r
    sed -n 3p log/checkpoint

Who signed that. It must print "Signature Verified Successfully":

    sed -n 1,3p log/checkpoint > $T/text
    { printf '\60\52\60\5\6\3\53\145\160\3\41\0'
      grep '^log ' $KEYS | cut -d' ' -f2 | sed 's/^[^+]*+[^+]*+//' | base64 -d | tail -c 32; } > $T/key
    sed -n 5p log/checkpoint | cut -d' ' -f3 | base64 -d | tail -c 64 > $T/signature
    openssl pkeyutl -verify -pubin -keyform DER -inkey $T/key -rawin -in $T/text -sigfile $T/signature
"""


def readme(about: About, base: str) -> bytes:
    """The text of `README.txt`, in which line ends of what people typed are spaces."""
    said = {
        "reference": about.reference,
        "scope": "all that it had" if about.whole_case else "as chosen by the sender",
        "payload": "The files themselves are in it."
        if about.with_bytes
        else "The files themselves are not in it: it holds their records only.",
        "recipient": about.recipient,
        "reason": about.reason,
        "asked_by": about.asked_by,
        "asked_at": about.asked_at,
        "withheld": f"\nWithheld:     the details of {', '.join(about.withheld)}; that the entries exist is shown"
        if about.withheld
        else "",
    }
    lines = {name: text if name == "withheld" else " ".join(text.split()) for name, text in said.items()}
    text = _TEXT.format(base=base, items=about.items, **lines)
    return (text + _BY_HAND).encode("utf-8", "replace")
