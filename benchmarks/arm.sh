#!/usr/bin/env bash
# Tags text on an emulated ARM processor and on this one, and counts the words that differ.
#
#   benchmarks/arm.sh reviews.txt.xz [neoverse-n1]
#
# The text is a .txt file with a paragraph on each line, which may be packed; its first 20,000 words are tagged. Debian's
# packages of QEMU and of Python for ARM are unpacked in a temporary folder, so that nothing is installed. Other processors
# of QEMU 10, such as neoverse-v1 and neoverse-n2, can be named. With `max`, OpenBLAS (of NumPy 2.5) takes its kernel
# armv9sme, which computes wrong products there: nearly every word differs.
set -euo pipefail
text=$(realpath "$1")
processor=${2:-neoverse-n1}
cd "$(dirname "$0")/.."
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# A state of apt apart from this system's, for packages of another architecture.
mkdir -p "$folder"/{state/lists/partial,cache/archives/partial,arm,wheels}
touch "$folder/state/status"
apt_arm() {
  apt-get -qq -o Dir::State="$folder/state" -o Dir::State::status="$folder/state/status" -o Dir::Cache="$folder/cache" \
    -o APT::Architecture=arm64 -o APT::Architectures=arm64 -o APT::Sandbox::User="$(id -un)" "$@" >"$folder/apt.log"
}
apt_arm update
apt_arm install --download-only --no-install-recommends --yes python3 libstdc++6
(cd "$folder" && apt-get -qq -o APT::Sandbox::User="$(id -un)" download qemu-user)
mkdir "$folder/arm/usr" && mkdir "$folder/arm/usr/lib" && ln -s usr/lib "$folder/arm/lib"
for package in "$folder"/cache/archives/*.deb; do dpkg-deb --extract "$package" "$folder/arm"; done
dpkg-deb --extract "$folder"/qemu-user_*.deb "$folder/qemu"
python_arm=$(basename "$(readlink "$folder/arm/usr/bin/python3")")

mkdir "$folder/project"
git ls-files -z | xargs -0 cp --parents --target-directory "$folder/project"
python -m pip wheel --quiet --no-deps --wheel-dir "$folder/wheels" "$folder/project" "$folder/project/pipelines/en_lstm_web"
python -m pip install --quiet --target "$folder/site" --python-version "${python_arm#python}" --only-binary :all: \
  --platform manylinux2014_aarch64 --platform manylinux_2_28_aarch64 "$folder"/wheels/*.whl

cat >"$folder/tag.py" <<'END'
import sys
import spacy

with open(sys.argv[1], encoding="utf8") as file:
    for doc in spacy.load("en_lstm_web").pipe(map(str.rstrip, file)):
        for token in doc:
            found = token.tag_, token.pos_, token.morph, token.lemma_, token.is_sent_start
            print(repr(token.text), *found, sep="\t")
END
PYTHONPATH=benchmarks python -c "
import sys
from pathlib import Path
from common import read_paragraphs
sys.stdout.write('\n'.join(read_paragraphs(Path(sys.argv[1]), 20_000)))" "$text" >"$folder/text.txt"

export PYTHONDONTWRITEBYTECODE=1
PYTHONPATH="" python "$folder/tag.py" "$folder/text.txt" >"$folder/here.tsv"
PYTHONPATH="$folder/site" OPENBLAS_CORETYPE="" "$folder/qemu/usr/bin/qemu-aarch64" -L "$folder/arm" -cpu "$processor" \
  "$folder/arm/usr/bin/$python_arm" "$folder/tag.py" "$folder/text.txt" >"$folder/there.tsv"
differ=$(diff "$folder/here.tsv" "$folder/there.tsv" | grep -c '^>' || true)
echo "$processor, $python_arm: $differ of $(wc -l <"$folder/here.tsv") tokens differ from $(uname -m)"
