"""How batches are compressed, by hand: what brokers never read, such as a trailer, is not judged here either."""

import gzip
import struct
import zlib

import cramjam

CODECS = ("none", "gzip", "snappy", "lz4", "zstd")
"""By their number in a batch's attributes."""
_XERIAL = b"\x82SNAPPY\x00" + struct.pack(">ii", 1, 1)


def compressed(codec: str, plain: bytes) -> bytes:
    """A batch's records as a client with this codec sends them."""
    if codec == "gzip":
        return gzip.compress(plain, 6, mtime=0)
    if codec == "snappy":
        blocks = [bytes(cramjam.snappy.compress_raw(plain[at : at + 32_768])) for at in range(0, len(plain), 32_768)]
        return _XERIAL + b"".join(struct.pack(">i", len(block)) + block for block in blocks)
    if codec == "lz4":
        compressor = cramjam.lz4.Compressor(content_checksum=False, block_linked=False)  # brokers take no linked blocks
        compressor.compress(plain)
        return bytes(compressor.finish())
    if codec == "zstd":
        return bytes(cramjam.zstd.compress(plain))
    return plain


def expanded(codec: str, packed: bytes) -> bytes:
    """The records of a batch, whatever compressed them; a broken trailer behind them is nobody's business."""
    if codec == "gzip":
        return _gunzipped(packed)
    if codec == "snappy":
        return _unsnapped(packed)
    if codec == "lz4":
        return bytes(cramjam.lz4.decompress(packed[: _lz4_end(packed)]))
    if codec == "zstd":
        return _unzstd(packed)
    return packed


def _gunzipped(packed: bytes) -> bytes:
    out = b""
    while packed.startswith(b"\x1f\x8b"):
        member = zlib.decompressobj(wbits=-15)
        out += member.decompress(packed[_gzip_header(packed) :])
        packed = member.unused_data[8:]
    return out


def _gzip_header(packed: bytes) -> int:
    """How long a member's header is (RFC 1952). Its trailer is passed unread: brokers do not look at it either."""
    flags, at = packed[3], 10
    if flags & 4:
        at += 2 + int.from_bytes(packed[at : at + 2], "little")
    for flag in (8, 16):  # name, comment
        if flags & flag:
            at = packed.index(0, at) + 1
    return at + (2 if flags & 2 else 0)


def _lz4_end(packed: bytes) -> int:
    """Where the first frame ends (LZ4 frame format): header, blocks behind their lengths, end mark, checksum."""
    flags = packed[4]
    at = 7 + (8 if flags & 0x08 else 0) + (4 if flags & 0x01 else 0)
    while size := int.from_bytes(packed[at : at + 4], "little") & 0x7FFF_FFFF:
        at += 4 + size + (4 if flags & 0x10 else 0)
    return at + 4 + (4 if flags & 0x04 else 0)


def _unzstd(packed: bytes) -> bytes:
    """Frame after frame (RFC 8878), as long as there is one."""
    out = b""
    while packed.startswith(b"\x28\xb5\x2f\xfd"):
        end = _zstd_end(packed)
        out += bytes(cramjam.zstd.decompress(packed[:end]))
        packed = packed[end:]
    return out


def _zstd_end(packed: bytes) -> int:
    flags = packed[4]
    is_single, content = flags >> 5 & 1, (0, 2, 4, 8)[flags >> 6]
    at = 5 + (not is_single) + (0, 1, 2, 4)[flags & 3] + (content or is_single)
    while at + 3 <= len(packed):
        header = int.from_bytes(packed[at : at + 3], "little")
        at += 3 + (1 if header >> 1 & 3 == 1 else header >> 3)  # a block of one byte repeated holds that byte alone
        if header & 1:
            return at + (4 if flags & 4 else 0)
    raise ValueError("a zstd frame without an end")


def _unsnapped(packed: bytes) -> bytes:
    if not packed.startswith(_XERIAL[:8]):
        return bytes(cramjam.snappy.decompress_raw(packed))
    out, at = [], len(_XERIAL)
    while at + 4 <= len(packed):
        (size,) = struct.unpack_from(">i", packed, at)
        if not 0 < size <= len(packed) - at - 4:
            break  # bytes behind the last block
        out.append(bytes(cramjam.snappy.decompress_raw(packed[at + 4 : at + 4 + size])))
        at += 4 + size
    return b"".join(out)
