"""Files of a known size whose bytes come from elsewhere, range by range: the place where they are read next."""

import io


class Seekable(io.RawIOBase):
    """A readable file that knows its place; what is read there is its subclass's, by `readinto`. For one thread."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self.size = size
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        """Raises `ValueError` before the first byte; after the last there is just nothing to read."""
        at = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self.size}[whence] + offset
        if at < 0:
            raise ValueError(f"before the first byte: {at}")
        self._at = at
        return at
