"""Trees for the tests: the published leaves, and 130 more with the hashes of their nodes from the naive reading."""

from collections.abc import Mapping, Sequence

from dems.ledger.nodes import Node
from tests.ledger.naive import Tree

PUBLISHED = [
    bytes.fromhex(text)
    for text in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
"""The eight leaves that implementations of Certificate Transparency have been tested with since 2013."""

ROOTS = [
    bytes.fromhex(text)
    for text in (
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    )
]
"""Their roots, from no leaf to all eight."""

SIZE = 130
TREE = Tree([bytes([number]) for number in range(SIZE)])


class Store:
    """The nodes of a tree as a database would have them; remembers what it was asked for."""

    def __init__(self, tree: Tree, size: int) -> None:
        self.hashes = {
            Node(level, place): tree.mth(place << level, (place + 1) << level)
            for level in range(size.bit_length())
            for place in range(size >> level)
        }
        self.asked: list[Sequence[Node]] = []

    def read(self, nodes: Sequence[Node]) -> Mapping[Node, bytes]:
        self.asked.append(nodes)
        return {node: self.hashes[node] for node in nodes if node in self.hashes}


STORE = Store(TREE, SIZE)
