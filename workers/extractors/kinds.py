"""Which family reads a kind of file, and which extensions of names go with it."""

from collections.abc import Mapping

_FAMILIES: Mapping[str, str] = {
    "application/pdf": "documents",
    "application/rtf": "texts",
    "application/msword": "ole",
    "application/vnd.ms-excel": "ole",
    "application/vnd.ms-powerpoint": "ole",
    "application/vnd.visio": "ole",
    "application/x-ole-storage": "ole",
    "application/x-encrypted-ooxml": "ole",
    "application/vnd.ms-outlook": "mail",
    "application/mbox": "mail",
    "message/rfc822": "mail",
    "application/vnd.ms-outlook-pst": "pst",
    "application/vnd.sqlite3": "databases",
    "application/x-ewf": "disks",
    "application/x-ewf2": "disks",
    "application/x-raw-disk-image": "disks",
    "application/x-ufdr": "phones",
    "text/x-whatsapp-chat": "chats",
    "application/zip": "archives",
    "application/x-7z-compressed": "archives",
    "application/vnd.rar": "archives",
    "application/gzip": "archives",
    "application/x-bzip2": "archives",
    "application/x-xz": "archives",
    "application/x-tar": "archives",
    "application/java-archive": "archives",
    "application/vnd.android.package-archive": "archives",
    "application/x-ios-app": "archives",
    "application/vnd.apple.iwork": "archives",
    "application/vnd.google-earth.kmz": "archives",
    "application/epub+zip": "office",
    "application/json": "texts",
    "application/x-ndjson": "texts",
    "application/xml": "texts",
    "application/xhtml+xml": "texts",
    "application/gpx+xml": "texts",
    "application/vnd.google-earth.kml+xml": "texts",
    "application/vnd.apple.mpegurl": "texts",
    "application/postscript": "texts",
    "image/svg+xml": "texts",
    "application/mxf": "media",
    "application/vnd.rn-realmedia": "media",
}
_OFFICE = (
    "application/vnd.openxmlformats-officedocument.",
    "application/vnd.oasis.opendocument.",
    "application/vnd.sun.xml.",
    "application/vnd.ms-word.document.macroenabled",
    "application/vnd.ms-excel.sheet.",
    "application/vnd.ms-powerpoint.presentation.",
)
_PHOTOS = {
    "image/jpeg", "image/png", "image/gif", "image/bmp", "image/webp", "image/tiff", "image/heic", "image/heif", "image/avif",
    "image/x-adobe-dng", "image/x-canon-cr2", "image/x-canon-cr3", "image/x-nikon-nef", "image/x-sony-arw", "image/x-panasonic-rw2",
    "image/x-olympus-orf", "image/x-fuji-raf", "image/x-pentax-pef", "image/x-samsung-srw",
}  # fmt: skip

_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_SLIDES = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
_ISO = {"video/mp4", "video/quicktime", "video/x-m4v", "audio/mp4", "video/3gpp", "video/3gpp2"}
_HEIF = {"image/heic", "image/heif", "image/avif"}
_EXPECTED: Mapping[str, set[str]] = {
    "jpg": {"image/jpeg"},
    "jpeg": {"image/jpeg"},
    "png": {"image/png"},
    "gif": {"image/gif"},
    "bmp": {"image/bmp"},
    "webp": {"image/webp"},
    "tif": {"image/tiff"},
    "tiff": {"image/tiff"},
    "heic": _HEIF,
    "heif": _HEIF,
    "avif": _HEIF,
    "nef": {"image/x-nikon-nef"},
    "cr2": {"image/x-canon-cr2"},
    "cr3": {"image/x-canon-cr3"},
    "arw": {"image/x-sony-arw"},
    "dng": {"image/x-adobe-dng"},
    "rw2": {"image/x-panasonic-rw2"},
    "orf": {"image/x-olympus-orf"},
    "raf": {"image/x-fuji-raf"},
    "mp4": _ISO,
    "m4v": _ISO,
    "mov": _ISO,
    "3gp": _ISO,
    "3g2": _ISO,
    "m4a": _ISO,
    "avi": {"video/x-msvideo"},
    "mkv": {"video/x-matroska", "video/webm"},
    "webm": {"video/x-matroska", "video/webm"},
    "flv": {"video/x-flv"},
    "wmv": {"video/x-ms-wmv", "video/x-ms-asf"},
    "wma": {"audio/x-ms-wma", "video/x-ms-asf"},
    "mts": {"video/mp2t"},
    "m2ts": {"video/mp2t"},
    "wav": {"audio/wav"},
    "mp3": {"audio/mpeg"},
    "flac": {"audio/flac"},
    "amr": {"audio/amr", "audio/amr-wb"},
    "aac": {"audio/aac"},
    "ogg": {"audio/ogg", "video/ogg"},
    "opus": {"audio/ogg"},
    "pdf": {"application/pdf"},
    "docx": {_WORD, "application/x-encrypted-ooxml"},
    "xlsx": {_SHEET, "application/x-encrypted-ooxml"},
    "pptx": {_SLIDES, "application/x-encrypted-ooxml"},
    "doc": {"application/msword", "application/rtf", "text/html", "application/xml", "message/rfc822"},
    "xls": {"application/vnd.ms-excel", "text/html", "application/xml", "text/csv", "text/plain"},
    "ppt": {"application/vnd.ms-powerpoint"},
    "odt": {"application/vnd.oasis.opendocument.text"},
    "ods": {"application/vnd.oasis.opendocument.spreadsheet"},
    "odp": {"application/vnd.oasis.opendocument.presentation"},
    "rtf": {"application/rtf"},
    "msg": {"application/vnd.ms-outlook"},
    "pst": {"application/vnd.ms-outlook-pst"},
    "ost": {"application/vnd.ms-outlook-pst"},
    "zip": {"application/zip", "application/x-ufdr", "application/vnd.google-earth.kmz", "application/java-archive"},
    "7z": {"application/x-7z-compressed"},
    "rar": {"application/vnd.rar"},
    "gz": {"application/gzip"},
    "tgz": {"application/gzip"},
    "bz2": {"application/x-bzip2"},
    "tar": {"application/x-tar"},
    "e01": {"application/x-ewf"},
    "ex01": {"application/x-ewf2"},
    "sqlite": {"application/vnd.sqlite3"},
    "ufdr": {"application/x-ufdr"},
    "dav": {"video/x-dhav", "video/mp2t", "video/mp4"},
}
"""Only extensions that mean one kind. A text's extension says nothing that its bytes could contradict, so they are not here."""


def family(media_type: str) -> str | None:
    """The module that reads this kind; None where there is none."""
    if media_type in _PHOTOS:
        return "photos"
    if media_type in _FAMILIES:
        return _FAMILIES[media_type]
    if media_type.startswith(_OFFICE):
        return "office"
    top = media_type.split("/", 1)[0]
    return {"video": "media", "audio": "media", "text": "texts"}.get(top) if media_type != "audio/midi" else None


def disagrees(media_type: str, extension: str) -> bool:
    """Whether a name's extension surely means another kind than the bytes are. No where unsure: unknown ones disagree with nothing."""
    expected = _EXPECTED.get(extension.lower())
    return expected is not None and media_type not in expected and media_type != "application/octet-stream"
