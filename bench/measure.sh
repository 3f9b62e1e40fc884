#!/bin/sh
# Speed beside llama.cpp and PyTorch: a part of the table at a time, each a few minutes on two cores, best on a machine that does nothing else. A part whose result is there is not
# measured again.
#
#   MODELS=… RESULTS=… LLAMA=… PYTHON=… VOCABULARY=… TEXT=… bench/measure.sh PART…
#
# PART      models (makes the files) | 1.1b-f16 1.1b-q8_0 1.1b-q4_0 1.1b-q4_k_m | 134m-f16 134m-q8_0 134m-q4_0 134m-q4_k_m | stories | train-384 train-128 train-gpt2
#           | batch | bpe | start | start-kept | context | table (prints what there is) | all
# MODELS    folder of the model files; stories260K.gguf (F32) lies there too
# RESULTS   folder for the results (default: runs/speed)
# LLAMA     llama-speed of bench/peers/llama.cpp (default: llama-speed)
# PYTHON    python with torch (default: python3), as bench/peers/pytorch says
# TOKENIZER Llama 2's tokenizer.model, for the part models
# VOCABULARY  GPT-2's vocabulary, TEXT a folder of English texts, for the part bpe
# ROUNDS    pairs (default: 5); THREADS (default: 2)
set -e
here=$(cd "$(dirname "$0")" && pwd)
results=${RESULTS:-runs/speed} rounds=${ROUNDS:-5} threads=${THREADS:-2} llama=${LLAMA:-llama-speed} python=${PYTHON:-python3}
grimoire=$here/../src/Grimoire.Cli/bin/Release/net10.0/grimoire
benchmarks=$here/Grimoire.Benchmarks/bin/Release/net10.0/Grimoire.Benchmarks
[ -x "$grimoire" ] || dotnet build "$here/../src/Grimoire.Cli" -c Release
[ -x "$benchmarks" ] || dotnet build "$here/Grimoire.Benchmarks" -c Release
mkdir -p "$results"

# bench NAME ARGUMENTS…: measures unless there is a result.
bench() {
    name=$1; shift
    [ -e "$results/$name.json" ] || "$grimoire" bench "$@" --rounds "$rounds" --json "$results/$name.json" --markdown "$results/$name.md"
}

llama_cpp() {
    bench "$1" "$MODELS/$1.gguf" --threads "$threads" --suite prefill,decode --prompt 128,512 --decode 64 \
        --against "'$llama' {model} --threads {threads} --prompt {prompt} --decode {decode}"
}

# pytorch NAME SHAPE STEPS ADAMW: the settings that are its best for each model, bench/peers/pytorch/README.md.
pytorch() {
    PEER_ADAMW=$4 OPENBLAS_CORETYPE=SKYLAKEX ATEN_CPU_CAPABILITY=avx512 bench "$1" --threads "$threads" --suite train --shape "$2" \
        --against "'$python' '$here/peers/pytorch/train.py' {shape} $3 {threads}"
}

# beside NAME: the model under another name, where there is no file of packed weights but what this part leaves.
beside() {
    [ -e "$results/$1.gguf" ] || ln "$MODELS/1.1b-q4_0.gguf" "$results/$1.gguf" 2>/dev/null || cp "$MODELS/1.1b-q4_0.gguf" "$results/$1.gguf"
}

part() {
    case $1 in
        models)
            for shape in 1.1b 134m; do
                for type in f16 q8_0 q4_0 q4_k_m; do
                    file=$MODELS/$shape-$type.gguf
                    [ -e "$file" ] || "$benchmarks" shape $shape $type "$file" "$TOKENIZER"
                done
            done ;;
        1.1b-*|134m-*) llama_cpp "$1" ;;
        stories)
            bench stories "$MODELS/stories260K.gguf" --threads 1 --suite prefill,decode --prompt 128 --decode 256 \
                --against "'$llama' {model} --threads {threads} --prompt {prompt} --decode {decode} --repeat 5" ;;
        train-384) pytorch train-384 6,6,384,256,8,65 6 foreach ;;
        train-128) pytorch train-128 4,4,128,64,12,65 60 foreach ;;
        train-gpt2) pytorch train-gpt2 12,12,768,256,1,50257 4 plain ;;
        batch) bench batch "$MODELS/1.1b-q4_0.gguf" --threads "$threads" --suite batch --batch 16 --decode 32 ;;
        bpe) bench bpe "$VOCABULARY" --threads 1 --suite tokenizer --text "$TEXT" ;;
        start) beside 1.1b-q4_0-first; bench start "$results/1.1b-q4_0-first.gguf" --threads "$threads" --suite start ;;
        start-kept) beside 1.1b-q4_0-kept; bench start-kept "$results/1.1b-q4_0-kept.gguf" --threads "$threads" --suite start --keep-packed ;;
        context) bench context "$MODELS/1.1b-q4_0.gguf" --threads "$threads" --suite context ;;
        table) "$benchmarks" table "$results" ;;
        all)
            for one in 1.1b-f16 1.1b-q8_0 1.1b-q4_0 1.1b-q4_k_m 134m-f16 134m-q8_0 134m-q4_0 134m-q4_k_m stories train-384 train-128 train-gpt2 batch bpe start start-kept context table; do
                part $one
            done ;;
        *) echo "bench/measure.sh: there is no part $1; see its first lines" >&2; exit 2 ;;
    esac
}

[ $# -gt 0 ] || { sed -n '2,20s/^# \{0,1\}//p' "$0"; exit 2; }
for one in "$@"; do part "$one"; done
