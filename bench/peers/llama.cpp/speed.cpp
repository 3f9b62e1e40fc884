// How fast llama.cpp reads and writes tokens with a GGUF file, at its best setting: its kernels for this processor, its weights repacked, its threads kept.
// Prints what llama-bench prints with `-o json`: an array with the fields n_prompt, n_gen, n_depth, n_threads, avg_ts and samples_ts (tokens a second).

#include "ggml-backend.h"
#include "ggml-cpu.h"
#include "llama.h"

#include <chrono>
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
    if (level == GGML_LOG_LEVEL_ERROR || getenv("PEER_VERBOSE")) fputs(text, stderr);
}

double now() {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

struct Settings {
    const char * model = nullptr;
    const char * state = nullptr;
    int threads = 2;
    std::vector<int> prompts;
    int decode = 0, depth = 0, batch = 1, repeat = 1;
    ggml_type cache = GGML_TYPE_F16;
    llama_flash_attn_type flash = LLAMA_FLASH_ATTN_TYPE_AUTO;
    bool repack = true;
};

constexpr const char * usage =
    "llama-speed MODEL.gguf [--threads 2] [--prompt 128,512] [--decode 64] [--depth 0] [--state FILE] [--batch 1] [--repeat 1] [--kv f16|f32|q8_0] [--flash auto|on|off] [--repack on|off]\n"
    "  --prompt  lengths of prompts that are read; logits of the last token\n"
    "  --decode  tokens written one after the other, behind --depth tokens; --batch sequences at once\n"
    "  --state   keeps what was read for --depth in this file, or takes it from there instead of reading it\n";

std::vector<int> numbers(const char * text) {
    std::vector<int> all;
    for (char * end; *text; text = *end ? end + 1 : end) {
        const long number = strtol(text, &end, 10);
        if (end == text || number < 1 || (*end && *end != ',')) fail(std::string(text) + ": not a list of lengths");
        all.push_back((int) number);
    }
    return all;
}

Settings read_settings(int count, char ** args) {
    Settings settings;
    if (count < 2 || args[1][0] == '-') fail(usage);
    settings.model = args[1];
    for (int i = 2; i < count; i += 2) {
        const std::string name = args[i];
        if (i + 1 == count) fail(name + ": needs a value\n" + usage);
        const std::string value = args[i + 1];
        if (name == "--prompt") settings.prompts = numbers(args[i + 1]);
        else if (name == "--threads") settings.threads = atoi(args[i + 1]);
        else if (name == "--decode") settings.decode = atoi(args[i + 1]);
        else if (name == "--depth") settings.depth = atoi(args[i + 1]);
        else if (name == "--state") settings.state = args[i + 1];
        else if (name == "--batch") settings.batch = atoi(args[i + 1]);
        else if (name == "--repeat") settings.repeat = atoi(args[i + 1]);
        else if (name == "--kv" && value == "f16") settings.cache = GGML_TYPE_F16;
        else if (name == "--kv" && value == "f32") settings.cache = GGML_TYPE_F32;
        else if (name == "--kv" && value == "q8_0") settings.cache = GGML_TYPE_Q8_0;
        else if (name == "--flash" && value == "auto") settings.flash = LLAMA_FLASH_ATTN_TYPE_AUTO;
        else if (name == "--flash" && value == "on") settings.flash = LLAMA_FLASH_ATTN_TYPE_ENABLED;
        else if (name == "--flash" && value == "off") settings.flash = LLAMA_FLASH_ATTN_TYPE_DISABLED;
        else if (name == "--repack" && (value == "on" || value == "off")) settings.repack = value == "on";
        else fail(name + " " + value + ": not understood\n" + usage);
    }
    if (settings.prompts.empty() && settings.decode == 0) settings.prompts = {128}, settings.decode = 64;
    return settings;
}

// A context with threads of its own, which poll between graphs.
struct Machine {
    llama_model * model;
    llama_context * context;
    ggml_threadpool * pool;
    decltype(ggml_threadpool_free) * free_pool;
    std::vector<llama_token> ids;

    Machine(const Settings & settings, int length) {
        llama_model_params params = llama_model_default_params();
        params.n_gpu_layers = 0;
        params.use_extra_bufts = settings.repack;
        model = llama_model_load_from_file(settings.model, params);
        if (!model) fail(std::string(settings.model) + ": llama.cpp does not load this file");

        llama_context_params how = llama_context_default_params();
        how.n_ctx = length * settings.batch;
        how.n_seq_max = settings.batch;
        how.n_batch = 2048;
        how.n_ubatch = 512;
        how.n_threads = how.n_threads_batch = settings.threads;
        how.type_k = how.type_v = settings.cache;
        how.flash_attn_type = settings.flash;
        context = llama_init_from_model(model, how);
        if (!context) fail("llama.cpp makes no context for this model");

        ggml_backend_reg_t cpu = ggml_backend_dev_backend_reg(ggml_backend_dev_by_type(GGML_BACKEND_DEVICE_TYPE_CPU));
        auto * new_pool = (decltype(ggml_threadpool_new) *) ggml_backend_reg_get_proc_address(cpu, "ggml_threadpool_new");
        free_pool = (decltype(ggml_threadpool_free) *) ggml_backend_reg_get_proc_address(cpu, "ggml_threadpool_free");
        ggml_threadpool_params threads = ggml_threadpool_params_default(settings.threads);
        pool = new_pool(&threads);
        if (!pool) fail("llama.cpp makes no threads");
        llama_attach_threadpool(context, pool, nullptr);

        const int vocabulary = llama_vocab_n_tokens(llama_model_get_vocab(model));
        for (int i = 0; i < 1 << 16; i++) ids.push_back((int) ((i * 2654435761u >> 8) % (unsigned) vocabulary));
    }

    ~Machine() {
        llama_free(context);
        free_pool(pool);
        llama_model_free(model);
    }

    void forget() { llama_memory_clear(llama_get_memory(context), false); }

    void read(int length, int from = 0) {
        for (int done = 0; done < length;) {
            const int now = length - done < 2048 ? length - done : 2048;
            if (llama_decode(context, llama_batch_get_one(ids.data() + from + done, now)) != 0) fail("llama.cpp does not read this prompt");
            done += now;
        }
        llama_synchronize(context);
    }

    // What was read for a depth, from a file if it is there, else read and kept in it.
    void read_or_recall(int depth, const char * state) {
        std::vector<llama_token> known(depth);
        size_t count = 0;
        if (state && llama_state_load_file(context, state, known.data(), known.size(), &count) && count == known.size()) return;
        forget();
        read(depth);
        if (state && !llama_state_save_file(context, state, ids.data(), depth)) fail(std::string(state) + ": cannot be written");
    }

    // One token of each sequence.
    void write(llama_batch & batch, int position) {
        for (int i = 0; i < batch.n_tokens; i++) {
            batch.token[i] = ids[(position + i * 977) & 0xFFFF];
            batch.pos[i] = position;
            batch.n_seq_id[i] = 1;
            batch.seq_id[i][0] = i;
            batch.logits[i] = true;
        }
        if (llama_decode(context, batch) != 0) fail("llama.cpp does not decode this batch");
        llama_synchronize(context);
    }
};

struct Result {
    int prompt, decode, depth;
    std::vector<double> speeds;
};

Result read_prompts(Machine & machine, const Settings & settings, int length) {
    Result result{length, 0, 0, {}};
    for (int i = 0; i < settings.repeat; i++) {
        machine.forget();
        const double start = now();
        machine.read(length);
        result.speeds.push_back(length / (now() - start));
    }
    return result;
}

Result write_tokens(Machine & machine, const Settings & settings) {
    Result result{0, settings.decode, settings.depth, {}};
    llama_batch batch = llama_batch_init(settings.batch, 0, 1);
    batch.n_tokens = settings.batch;
    for (int i = 0; i < settings.repeat; i++) {
        machine.forget();
        if (settings.depth > 0) machine.read_or_recall(settings.depth, settings.state);
        for (int s = 1; s < settings.batch && settings.depth > 0; s++)
            llama_memory_seq_cp(llama_get_memory(machine.context), 0, s, -1, -1);
        int position = settings.depth;
        for (int warm = 0; warm < 4; warm++) machine.write(batch, position++);
        const double start = now();
        for (int t = 0; t < settings.decode; t++) machine.write(batch, position++);
        result.speeds.push_back((double) settings.decode * settings.batch / (now() - start));
    }
    llama_batch_free(batch);
    return result;
}

void print(const std::vector<Result> & results, const Settings & settings, double loading) {
    printf("[\n");
    for (size_t i = 0; i < results.size(); i++) {
        const Result & result = results[i];
        double sum = 0;
        for (double speed : result.speeds) sum += speed;
        printf("  {\"model_filename\": \"%s\", \"n_threads\": %d, \"n_prompt\": %d, \"n_gen\": %d, \"n_depth\": %d, \"n_seqs\": %d, \"load_s\": %.3f, \"avg_ts\": %.3f, \"samples_ts\": [",
               settings.model, settings.threads, result.prompt, result.decode, result.depth, settings.batch, loading, sum / result.speeds.size());
        for (size_t s = 0; s < result.speeds.size(); s++) printf("%s%.3f", s ? ", " : "", result.speeds[s]);
        printf("]}%s\n", i + 1 < results.size() ? "," : "");
    }
    printf("]\n");
}

}  // namespace

int main(int count, char ** args) {
    const Settings settings = read_settings(count, args);
    llama_log_set(quiet, nullptr);
    if (const char * folder = getenv("PEER_BACKENDS")) ggml_backend_load_all_from_path(folder);
    llama_backend_init();
    int longest = settings.depth + settings.decode + 8;
    for (int length : settings.prompts) longest = length > longest ? length : longest;
    const double start = now();
    Machine machine(settings, longest);
    const double loading = now() - start;
    std::vector<Result> results;
    machine.read(settings.prompts.empty() ? 16 : settings.prompts[0]); // warms up: the first pass touches every weight for the first time
    for (int length : settings.prompts) results.push_back(read_prompts(machine, settings, length));
    if (settings.decode > 0) results.push_back(write_tokens(machine, settings));
    print(results, settings, loading);
    return 0;
}
