"""What can go wrong between us and the object store, in the store's words, not the domain's."""


class StorageError(Exception):
    """Anything the store refused or failed to do; the message says what was asked."""


class StoreUnavailable(StorageError):
    """The store did not answer, or answered that it cannot now. Asking again later is right."""


class StoreFull(StoreUnavailable):
    """The store has no room for more; what it has acknowledged stays readable."""


class ObjectExists(StorageError):
    """``If-None-Match: *`` met an object at this key (HTTP 412): look at it, never overwrite."""


class ObjectMissing(StorageError):
    """There is no such key, or no such version of it."""


class UploadMissing(StorageError):
    """The multipart upload is not known to the store: finished, aborted or never begun."""


class ChecksumRefused(StorageError):
    """The store computed another checksum than the one sent with the bytes. Nothing was kept."""


class PartsRefused(StorageError):
    """The store does not accept this list of parts (missing part, wrong ETag or checksum, part too small)."""


class LockRefused(StorageError):
    """The store refused to set or change a lock: shorter retention, weaker mode, no right to."""


class LockNotApplied(StorageError):
    """The store accepted a lock and, read back, does not have it. Such a store cannot hold evidence."""


class AccessRefused(StorageError):
    """The store does not allow this identity to do this (HTTP 401 or 403): keys or policy are wrong."""


class BytesDamaged(StorageError):
    """A read broke off or the store could not read its own copy: the bytes were not all delivered."""
