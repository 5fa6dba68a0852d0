"""Typesets one document in a process of its own, with limits, and knows nothing of DEMS: it is started by its path.

Typst is native code that takes a tenth of a gigabyte for a thousand rows: neither a crash nor its memory may be the API's.
Arguments: folder, file, time in seconds since 1970, seconds of processor, bytes of memory. JSON comes in, PDF goes out. It ends
with 3 where the template does not compile; why is on the error channel as JSON.
"""

import json
import resource
import sys

import typst

STANDARDS: "list[typst.PDFStandard]" = ["a-2a", "ua-1"]
"""PDF/A-2a (archival, tagged, every character with its meaning) and PDF/UA-1 (readable by screen readers)."""
REFUSED = 3


def compiled(folder: str, file: str, at: int, data: str) -> bytes:
    """The PDF of a template with data, which only ever is data. Only fonts inside the typesetter and files of the folder are read."""
    return typst.compile(
        f"{folder}/{file}",
        root=folder,
        ignore_system_fonts=True,
        sys_inputs={"data": data},
        pdf_standards=STANDARDS,
        timestamp=at,
        package_path=f"{folder}/no-packages",
        package_cache_path=f"{folder}/no-packages",
    )


def main() -> int:
    folder, file, at, seconds, memory = sys.argv[1:]
    resource.setrlimit(resource.RLIMIT_CPU, (int(seconds), int(seconds)))
    resource.setrlimit(resource.RLIMIT_AS, (int(memory), int(memory)))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    data = sys.stdin.buffer.read().decode()
    try:
        whole = compiled(folder, file, int(at), data)
    except typst.TypstError as refused:
        json.dump({"message": refused.message}, sys.stderr)
        return REFUSED
    sys.stdout.buffer.write(whole)
    sys.stdout.buffer.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
