"""packing: parts that are packed one by one are one gzip."""

import gzip
import zlib

from hypothesis import given
from hypothesis import strategies as st

from spansieve.exporters.prometheus.packing import gzipped, packed


@given(texts=st.lists(st.binary() | st.binary(min_size=1, max_size=4).map(lambda some: some * 40_000), max_size=5))
def test_what_was_packed_part_by_part_is_unpacked_as_a_whole(texts: list[bytes]) -> None:
    made = gzipped(texts, map(packed, texts))
    assert gzip.decompress(made) == b"".join(texts)
    reader = zlib.decompressobj(zlib.MAX_WBITS | 16)
    assert reader.decompress(made) == b"".join(texts)
    assert reader.eof
    assert reader.unused_data == b"", "it is one member"
