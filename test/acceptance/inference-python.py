"""Makes the calls of the real openai and huggingface_hub against SLIPWAY_URL and prints what they answered as JSON."""

import json
import os
import sys

import openai
from huggingface_hub import InferenceClient

url, key = os.environ["SLIPWAY_URL"], os.environ["SLIPWAY_API_KEY"]


def client(name):
    return InferenceClient(base_url=f"{url}/api/v1/predict/{name}", token=key, timeout=30)


def plain(found):
    """Answers of the clients are objects of their own, or lists of them."""
    if isinstance(found, list):
        return [plain(one) for one in found]
    return {name: value for name, value in vars(found).items() if value is not None} if hasattr(found, "__dict__") else found


def hugging_face(picture):
    labels = ["travel", "food", "complaint", "opening hours"]
    return {
        "embedding": client("minilm").feature_extraction("one text").shape,
        "similarity": client("minilm").sentence_similarity("one text", other_sentences=["one text", "another"]),
        "classified": plain(client("sentiment").text_classification("I love this harbour.", top_k=3)),
        "zeroShot": plain(client("nli").zero_shot_classification("I love this harbour.", labels, multi_label=True)),
        "filled": plain(client("mlm").fill_mask("Paris is the [MASK] of France.", top_k=2)),
        "answered": plain(
            client("qa").question_answering(
                question="Who lives in Paris?", context="Anna lives in Paris with Tom Smith."
            )
        ),
        "entities": plain(client("ner").token_classification("Anna lives in Paris.", aggregation_strategy="simple")),
        "pictures": plain(client("vit").image_classification(picture)),
        "picturesTop": plain(client("vit").image_classification(picture, top_k=2)),
        "zeroShotPictures": plain(
            client("clip").zero_shot_image_classification(picture, ["a photo of a house", "a portrait of a cat"])
        ),
    }


def open_ai():
    made = openai.OpenAI(api_key=key, base_url=f"{url}/v1", max_retries=0)
    answer = made.embeddings.create(model="minilm", input=["one text", "another"])
    floats = made.embeddings.create(model="minilm", input="one text", encoding_format="float", dimensions=16)
    errors = []
    for call in (
        lambda: made.embeddings.create(model="absent", input="a"),
        lambda: made.embeddings.create(model="minilm", input=[]),
        lambda: openai.OpenAI(api_key="hf_none", base_url=f"{url}/v1").embeddings.create(model="minilm", input="a"),
    ):
        try:
            call()
        except openai.APIStatusError as error:
            errors.append([type(error).__name__, error.status_code, error.code, bool(error.request_id)])
    return {
        "sizes": [len(one.embedding) for one in answer.data],
        "usage": answer.usage.prompt_tokens,
        "short": len(floats.data[0].embedding),
        "models": sorted(one.id for one in made.models.list()),
        "errors": errors,
    }


print(json.dumps(hugging_face(sys.argv[2]) if sys.argv[1] == "hugging_face" else open_ai()))
