"""The encoder that serves, with the model that the package carries."""

from importlib.metadata import PackageNotFoundError
from pathlib import Path

import numpy as np
import pytest

from index import packaged_model
from index.encoder import PACKAGED, E5Encoder, Vectors
from knowledge.errors import UnavailableError
from tests.integration.conftest import MODELS


@pytest.fixture(scope="module")
def encoder() -> E5Encoder:
    """The packaged model, unpacked now if nothing has unpacked it before."""
    return E5Encoder(PACKAGED, MODELS)


@pytest.fixture(scope="module")
def questions(encoder: E5Encoder) -> Vectors:
    """The vectors of three questions, the first two of which mean the same."""
    return encoder.queries(["nycklarna kommer bort i hemtjänsten", "home care staff lose the keys", "skolmaten slängs"])


def test_unit_vectors(encoder: E5Encoder, questions: Vectors) -> None:
    """A text gives 384 numbers, whose squares add up to one."""
    assert ((3, 384), np.float32, 384) == (questions.shape, questions.dtype, encoder.dimension)
    np.testing.assert_allclose(np.linalg.norm(questions, axis=1), 1, atol=1e-5)


def test_near_meaning(encoder: E5Encoder, questions: Vectors) -> None:
    """A question lies nearer to the passage that means the same than to another, also in another language."""
    passages = encoder.passages(["Personalen letar efter nycklar till de äldres hem.", "Köken lagar för mycket skolmat."])

    assert [0, 0, 1] == (questions @ passages.T).argmax(axis=1).tolist()


def test_question_and_passage_differ(encoder: E5Encoder, questions: Vectors) -> None:
    """The same text is not the same vector as a question and as a passage, as the model was trained."""
    passage = encoder.passages(["nycklarna kommer bort i hemtjänsten"])[0]

    assert 0.5 < float(passage @ questions[0]) < 0.9999


def test_passages_keep_their_order(encoder: E5Encoder) -> None:
    """Texts of unlike length come back in the order they were given, and the progress rises to their number."""
    texts = ["kort", "en text som är mycket längre än alla andra " * 5, "mellan de andra två"]
    told: list[int] = []
    together = encoder.passages(texts, told.append)
    alone = np.concatenate([encoder.passages([text]) for text in texts])

    np.testing.assert_allclose(alone, together, atol=1e-4)
    assert [3] == told


def test_nothing_to_embed(encoder: E5Encoder) -> None:
    """No texts give no rows."""
    assert (0, 384) == encoder.passages([]).shape


def test_long_question_is_cut(encoder: E5Encoder) -> None:
    """Of ten thousand characters the first thousand are looked at."""
    start = ("nycklarna kommer bort i hemtjänsten " * 30)[:1000]
    cut, whole = encoder.queries([start + "skolmat " * 1125, start])

    np.testing.assert_allclose(whole, cut, atol=1e-5)


def test_name_changes_with_the_model() -> None:
    """Each model has a name of its own, and the packaged one has that of its weights."""
    folder = Path("/no/models")

    assert ("e5-small-1571fc98", "/some/other") == (E5Encoder(PACKAGED, folder).name, E5Encoder("/some/other", folder).name)


def test_weights_that_were_not_checked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A package whose weights are not the checked ones is refused, and nothing is left half written."""
    monkeypatch.setattr(packaged_model, "WEIGHTS_SHA256", "0" * 64)
    with pytest.raises(UnavailableError) as caught:
        E5Encoder(PACKAGED, tmp_path / "models").load()

    assert ("packaged_model_unknown", []) == (caught.value.key, list((tmp_path / "models").glob("*")))


def test_missing_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the package it is said that the model is missing, and nothing is left half written."""

    def files(name: str) -> None:
        raise PackageNotFoundError(name)

    monkeypatch.setattr(packaged_model, "files", files)
    with pytest.raises(UnavailableError) as caught:
        E5Encoder(PACKAGED, tmp_path / "models").load()

    assert ("model_missing", []) == (caught.value.key, list((tmp_path / "models").glob("*")))


def test_interrupted_unpacking(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the disk is full half way, that is told and nothing is left half written."""

    def full_disk(folder: Path) -> None:
        folder.mkdir()
        (folder / "model.safetensors").write_bytes(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("index.encoder.save_packaged_model", full_disk)
    with pytest.raises(UnavailableError) as caught:
        E5Encoder(PACKAGED, tmp_path / "models").load()

    assert ("home_not_writable", "No space left on device") == (caught.value.key, caught.value.details["cause"])
    assert [] == list((tmp_path / "models").iterdir())


def test_unreadable_folder(tmp_path: Path) -> None:
    """A folder that holds no model is named in the refusal."""
    with pytest.raises(UnavailableError) as caught:
        E5Encoder(str(tmp_path), tmp_path / "models").queries(["hej"])

    assert ("model_unreadable", str(tmp_path)) == (caught.value.key, caught.value.details["model"])
