"""`make bench`: measure, and print tables in Markdown. Ratios are against bare baselines in the same run, for machines differ."""

import argparse

from tests.benchmarks import chain, gaps, interests, publishing, reindexing, searching, slack, teams, vector_sizes

PARTS = {
    "search": searching.run,
    "chain": chain.run,
    "reindex": reindexing.run,
    "publishing": publishing.run,
    "gaps": gaps.run,
    "interests": interests.run,
    "slack": slack.run,
    "teams": teams.run,
    "vectors": vector_sizes.run,
}


def main() -> None:
    """Run the parts that are named, or all but the slow `vectors`."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []], default=[])
    chosen = parser.parse_args().parts or [name for name in PARTS if name != "vectors"]
    for name in chosen:
        PARTS[name]()


if __name__ == "__main__":
    main()
