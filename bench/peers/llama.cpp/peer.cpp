// What llama.cpp says about a GGUF file, for comparison with Grimoire: logits, log-likelihoods, hidden states, token ids.
// Token ids are used as they are: nothing is put before them. F32 key-value cache, no flash attention, no repacked weights.

#include "ggml-backend.h"
#include "llama.h"

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

namespace {

[[noreturn]] void fail(const std::string & why) {
    fprintf(stderr, "%s\n", why.c_str());
    exit(1);
}

void quiet(ggml_log_level level, const char * text, void *) {
    if (level == GGML_LOG_LEVEL_ERROR || level == GGML_LOG_LEVEL_WARN || getenv("PEER_VERBOSE")) fputs(text, stderr);
}

struct Model {
    llama_model * model;

    explicit Model(const char * path, bool vocabulary_only = false) {
        llama_model_params params = llama_model_default_params();
        params.n_gpu_layers = 0;
        params.use_extra_bufts = false;
        params.vocab_only = vocabulary_only;
        model = llama_model_load_from_file(path, params);
        if (!model) fail(std::string(path) + ": llama.cpp does not load this file");
    }

    ~Model() { llama_model_free(model); }
    const llama_vocab * vocab() const { return llama_model_get_vocab(model); }
    int vocabulary() const { return llama_vocab_n_tokens(vocab()); }
    int channels() const { return llama_model_n_embd(model); }
};

// A context that reads one sequence at a time, all of it in one batch.
struct Reader {
    llama_context * context;

    Reader(const Model & model, int length, bool embeddings) {
        llama_context_params params = llama_context_default_params();
        params.n_ctx = params.n_batch = params.n_ubatch = length < 32 ? 32 : length;
        params.n_threads = params.n_threads_batch = getenv("PEER_THREADS") ? atoi(getenv("PEER_THREADS")) : 1;
        params.flash_attn_type = LLAMA_FLASH_ATTN_TYPE_DISABLED;
        params.type_k = params.type_v = GGML_TYPE_F32;
        params.embeddings = embeddings;
        if (embeddings) params.pooling_type = LLAMA_POOLING_TYPE_NONE;
        context = llama_init_from_model(model.model, params);
        if (!context) fail("llama.cpp makes no context for this model");
    }

    ~Reader() { llama_free(context); }

    void read(const llama_token * ids, int count) {
        if (llama_memory_t memory = llama_get_memory(context)) llama_memory_clear(memory, true);
        llama_batch batch = llama_batch_init(count, 0, 1);
        for (int i = 0; i < count; i++) {
            batch.token[i] = ids[i];
            batch.pos[i] = i;
            batch.n_seq_id[i] = 1;
            batch.seq_id[i][0] = 0;
            batch.logits[i] = true;
        }
        batch.n_tokens = count;
        const int status = llama_decode(context, batch);
        llama_batch_free(batch);
        if (status != 0) fail("llama.cpp does not decode this batch");
    }
};

std::vector<llama_token> read_ids() {
    std::vector<llama_token> ids;
    for (int id; scanf("%d", &id) == 1;) ids.push_back(id);
    if (ids.empty()) fail("no token ids on standard input");
    return ids;
}

void write_rows(const char * path, int rows, int width, const Reader & reader, float * (*row)(llama_context *, int32_t)) {
    FILE * out = fopen(path, "wb");
    if (!out) fail(std::string(path) + ": cannot be written");
    for (int i = 0; i < rows; i++) fwrite(row(reader.context, i), sizeof(float), width, out);
    fclose(out);
}

int logits(const char * path, const char * out) {
    const Model model(path);
    const std::vector<llama_token> ids = read_ids();
    Reader reader(model, (int) ids.size(), false);
    reader.read(ids.data(), (int) ids.size());
    write_rows(out, (int) ids.size(), model.vocabulary(), reader, llama_get_logits_ith);
    return 0;
}

int states(const char * path, const char * out) {
    const Model model(path);
    const std::vector<llama_token> ids = read_ids();
    Reader reader(model, (int) ids.size(), true);
    reader.read(ids.data(), (int) ids.size());
    write_rows(out, (int) ids.size(), model.channels(), reader, llama_get_embeddings_ith);
    return 0;
}

// -ln p of one id, in float64.
double surprise(const float * logits, int vocabulary, llama_token id) {
    float most = logits[0];
    for (int i = 1; i < vocabulary; i++) most = std::max(most, logits[i]);
    double sum = 0;
    for (int i = 0; i < vocabulary; i++) sum += std::exp((double) logits[i] - most);
    return std::log(sum) - ((double) logits[id] - most);
}

// Pieces of `length` ids, each read by itself; every id but the first of a piece is scored.
int perplexity(const char * path, int length) {
    const Model model(path);
    const std::vector<llama_token> ids = read_ids();
    Reader reader(model, length, false);
    double sum = 0;
    long scored = 0;
    for (size_t start = 0; start + 1 < ids.size(); start += length) {
        const int count = (int) std::min<size_t>(length, ids.size() - start);
        reader.read(ids.data() + start, count);
        for (int i = 0; i + 1 < count; i++, scored++)
            sum += surprise(llama_get_logits_ith(reader.context, i), model.vocabulary(), ids[start + i + 1]);
    }
    printf("%ld scored, %.8f nats a token, perplexity %.6f\n", scored, sum / scored, std::exp(sum / scored));
    return 0;
}

// Each text on standard input is its length in bytes, a line break, and the bytes; its ids are a line of the output.
int tokenize(const char * path, bool add_special, bool parse_special) {
    const Model model(path, true);
    for (size_t length; scanf("%zu%*1[\n]", &length) == 1;) {
        std::string text(length, '\0');
        if (fread(text.data(), 1, length, stdin) != length) fail("standard input ends within a text");
        std::vector<llama_token> ids(length + 8);
        const int count = llama_tokenize(model.vocab(), text.data(), (int) length, ids.data(), (int) ids.size(), add_special, parse_special);
        if (count < 0) fail("more ids than bytes");
        for (int i = 0; i < count; i++) printf(i ? " %d" : "%d", ids[i]);
        printf("\n");
    }
    return 0;
}

int quantize(const char * path, const char * out, const std::string & type) {
    const std::vector<std::pair<std::string, llama_ftype>> types = {
        {"F16", LLAMA_FTYPE_MOSTLY_F16},       {"BF16", LLAMA_FTYPE_MOSTLY_BF16},     {"Q8_0", LLAMA_FTYPE_MOSTLY_Q8_0},
        {"Q4_0", LLAMA_FTYPE_MOSTLY_Q4_0},     {"Q4_1", LLAMA_FTYPE_MOSTLY_Q4_1},     {"Q5_0", LLAMA_FTYPE_MOSTLY_Q5_0},
        {"Q5_1", LLAMA_FTYPE_MOSTLY_Q5_1},     {"Q2_K", LLAMA_FTYPE_MOSTLY_Q2_K},     {"Q3_K_M", LLAMA_FTYPE_MOSTLY_Q3_K_M},
        {"Q4_K_M", LLAMA_FTYPE_MOSTLY_Q4_K_M}, {"Q5_K_M", LLAMA_FTYPE_MOSTLY_Q5_K_M}, {"Q6_K", LLAMA_FTYPE_MOSTLY_Q6_K},
        {"IQ4_NL", LLAMA_FTYPE_MOSTLY_IQ4_NL}, {"IQ4_XS", LLAMA_FTYPE_MOSTLY_IQ4_XS}, {"MXFP4_MOE", LLAMA_FTYPE_MOSTLY_MXFP4_MOE},
    };
    for (const auto & [name, ftype] : types) {
        if (name != type) continue;
        llama_model_quantize_params params = llama_model_quantize_default_params();
        params.nthread = 1;
        params.ftype = ftype;
        return (int) llama_model_quantize(path, out, &params);
    }
    fail(type + ": not a type that llama.cpp is asked for here");
}

constexpr const char * usage =
    "peer logits MODEL.gguf OUT.f32       ids on standard input; float32 rows [id, vocabulary]\n"
    "peer states MODEL.gguf OUT.f32       ids on standard input; float32 rows [id, channel] after the last norm\n"
    "peer perplexity MODEL.gguf LENGTH    ids on standard input, read in pieces of LENGTH; all but the first of each are scored\n"
    "peer tokenize MODEL.gguf [add] [parse]   texts on standard input; add: special tokens around, parse: special tokens within\n"
    "peer quantize IN.gguf OUT.gguf TYPE\n";

}  // namespace

int main(int count, char ** args) {
    llama_log_set(quiet, nullptr);
    if (const char * folder = getenv("PEER_BACKENDS")) ggml_backend_load_all_from_path(folder);
    llama_backend_init();
    const std::string verb = count > 2 ? args[1] : "";
    const auto has = [&](const char * word) {
        for (int i = 3; i < count; i++)
            if (!strcmp(args[i], word)) return true;
        return false;
    };
    if (verb == "logits" && count == 4) return logits(args[2], args[3]);
    if (verb == "states" && count == 4) return states(args[2], args[3]);
    if (verb == "perplexity" && count == 4 && atoi(args[3]) > 1) return perplexity(args[2], atoi(args[3]));
    if (verb == "tokenize") return tokenize(args[2], has("add"), has("parse"));
    if (verb == "quantize" && count == 5) return quantize(args[2], args[3], args[4]);
    fputs(usage, stderr);
    return 2;
}
