#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include <fcntl.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include <heed/models/decoding/greedy.h>
#include <heed/models/text/files.h>
#include <heed/models/training/checkpoint.h>
#include <heed/models/training/safetensors.h>
#include <heed/models/transformer/transformer.h>

namespace heed {

namespace fs = std::filesystem;
using nlohmann::json;

namespace {

constexpr int format_version = 1;
constexpr const char* weights_file = "model.safetensors";
constexpr const char* config_file = "config.json";
constexpr const char* vocabulary_file = "vocabulary.txt";

json to_json(const CheckpointInfo& info) {
  const TransformerConfig& c = info.config;
  return {{"format", format_version},
          {"model", info.model},
          {"preset", info.preset},
          {"source_language", info.source_language},
          {"target_language", info.target_language},
          {"config",
           {{"vocabulary", c.vocabulary},
            {"width", c.width},
            {"feed_forward", c.feed_forward},
            {"heads", c.heads},
            {"encoder_layers", c.encoder_layers},
            {"decoder_layers", c.decoder_layers},
            {"dropout", c.dropout},
            {"norm_epsilon", c.norm_epsilon}}},
          {"training",
           {{"step", info.step},
            {"epoch", info.epoch},
            {"batch", info.batch},
            {"seed", info.seed},
            {"run_counter", info.run_counter},
            {"seconds", info.seconds},
            {"best_score", info.best_score},
            {"best_step", info.best_step}}}};
}

CheckpointInfo from_json(const json& root) {
  CheckpointInfo info;
  const json& c = root.at("config");
  const json& t = root.at("training");
  info.model = root.at("model");
  info.preset = root.at("preset");
  info.source_language = root.at("source_language");
  info.target_language = root.at("target_language");
  info.config.vocabulary = c.at("vocabulary");
  info.config.width = c.at("width");
  info.config.feed_forward = c.at("feed_forward");
  info.config.heads = c.at("heads");
  info.config.encoder_layers = c.at("encoder_layers");
  info.config.decoder_layers = c.at("decoder_layers");
  info.config.dropout = c.at("dropout");
  info.config.norm_epsilon = c.at("norm_epsilon");
  info.step = t.at("step");
  info.epoch = t.at("epoch");
  info.batch = t.at("batch");
  info.seed = t.at("seed");
  info.run_counter = t.at("run_counter");
  info.seconds = t.at("seconds");
  info.best_score = t.at("best_score");
  info.best_step = t.at("best_step");
  return info;
}

void sync_directory(const fs::path& path) {
  const int handle = ::open(path.c_str(), O_RDONLY | O_DIRECTORY);
  if (handle < 0) return;
  ::fsync(handle);
  ::close(handle);
}

[[noreturn]] void fail(const std::string& what, const fs::path& path, const std::error_code& reason) {
  throw Error(fmt::format("{} {}: {}", what, path.string(), reason.message()));
}

void make_directory(const fs::path& path) {
  std::error_code error;
  fs::create_directories(path, error);
  if (error) fail("cannot make the directory", path, error);
}

void write_text(const fs::path& path, const std::string& text) {
  FileWriter writer(path.string());
  writer.write(text);
  writer.commit();
}

bool belongs_to_model(const std::string& name) {
  return !name.starts_with(decoding_prefix);
}
bool is_optimizer_state(const std::string& name) {
  return name.starts_with("adam/");
}

std::int64_t step_of(const std::string& name) {
  if (!name.starts_with("step-") || name.ends_with(".tmp")) return -1;
  try {
    return std::stoll(name.substr(5));
  } catch (const std::exception&) {
    return -1;
  }
}

std::string pointed_to(const fs::path& directory, const std::string& name) {
  if (!fs::exists(directory / name)) return {};
  std::string target = read_file((directory / name).string());
  while (!target.empty() && (target.back() == '\n' || target.back() == '\r')) target.pop_back();
  return target;
}

}  // namespace

std::string save_checkpoint(const std::string& directory, const CheckpointInfo& info,
                            const Vocabulary& vocabulary, const Variables& variables) {
  const std::string name = fmt::format("step-{}", info.step);
  const fs::path final_path = fs::path(directory) / name;
  const fs::path partial = fs::path(directory) / (name + ".tmp");
  std::error_code error;
  fs::remove_all(partial, error);
  make_directory(partial);
  try {
    TensorFile file;
    for (const std::string& variable : variables.names()) {
      if (belongs_to_model(variable)) file.tensors.emplace(variable, variables.get(variable));
    }
    file.metadata = {{"format", "heed"}, {"model", info.model}, {"step", std::to_string(info.step)}};
    write_safetensors((partial / weights_file).string(), file);
    vocabulary.save((partial / vocabulary_file).string());
    write_text(partial / config_file, to_json(info).dump(2) + "\n");
    sync_directory(partial);
    fs::remove_all(final_path, error);
    fs::rename(partial, final_path, error);
    if (error) fail("cannot rename to", final_path, error);
    sync_directory(directory);
  } catch (...) {
    fs::remove_all(partial, error);
    throw;
  }
  point_to(directory, "latest", name);
  return final_path.string();
}

void point_to(const std::string& directory, const std::string& name, const std::string& checkpoint) {
  write_text(fs::path(directory) / name, checkpoint + "\n");
}

void remove_old_checkpoints(const std::string& directory, std::size_t kept) {
  std::vector<std::int64_t> steps;
  for (const auto& entry : fs::directory_iterator(directory)) {
    const std::int64_t step = step_of(entry.path().filename().string());
    if (step >= 0) steps.push_back(step);
  }
  std::sort(steps.rbegin(), steps.rend());
  const std::string best = pointed_to(directory, "best");
  const std::string latest = pointed_to(directory, "latest");
  for (std::size_t i = kept; i < steps.size(); ++i) {
    const std::string name = fmt::format("step-{}", steps[i]);
    if (name == best || name == latest) continue;
    std::error_code ignored;
    fs::remove_all(fs::path(directory) / name, ignored);
  }
}

std::string find_checkpoint(const std::string& path, const std::string& prefer) {
  const fs::path root(path);
  if (!fs::is_directory(root)) {
    throw Error(fmt::format(
        "there is no checkpoint at {}: it should be a run directory or a step-N inside one", path));
  }
  if (fs::exists(root / config_file)) return path;
  for (const std::string& name : {prefer, std::string("latest")}) {
    const std::string target = pointed_to(root, name);
    if (!target.empty() && fs::exists(root / target / config_file)) return (root / target).string();
  }
  throw Error(fmt::format("{} holds no checkpoint: neither {} nor the files best or latest are there", path,
                          config_file));
}

Checkpoint read_checkpoint(const std::string& path) {
  const std::string file = (fs::path(path) / config_file).string();
  CheckpointInfo info;
  try {
    const json root = json::parse(read_file(file));
    if (root.at("format") != format_version) {
      throw Error(fmt::format("{}: format {} of checkpoints is not known to this version", file,
                              root.at("format").dump()));
    }
    info = from_json(root);
  } catch (const json::exception& reason) {
    throw Error(fmt::format("{} is not the description of a checkpoint: {}", file, reason.what()));
  }
  Vocabulary vocabulary = Vocabulary::load((fs::path(path) / vocabulary_file).string());
  if (static_cast<std::int64_t>(vocabulary.size()) != info.config.vocabulary) {
    throw Error(fmt::format("{}: the vocabulary has {} entries, the model {}", path, vocabulary.size(),
                            info.config.vocabulary));
  }
  return {path, info, std::move(vocabulary)};
}

void load_variables(const std::string& path, const CheckpointInfo& info, Variables& variables,
                    bool optimizer_state) {
  const std::string file = (fs::path(path) / weights_file).string();
  const TensorFile tensors = read_safetensors(file);
  Graph graph;
  Transformer model(graph, info.config);
  for (const Tensor& parameter : graph.variables()) {
    const std::string& name = static_cast<const VariableRead&>(*graph.node(parameter.node()).op).variable;
    const auto found = tensors.tensors.find(name);
    if (found == tensors.tensors.end()) throw Error(fmt::format("{} lacks the tensor {}", file, name));
    if (found->second.type() != parameter.type()) {
      throw Error(fmt::format("{}: tensor {} is {}, but the model's is {}", file, name,
                              to_string(found->second.type()), to_string(parameter.type())));
    }
  }
  for (const auto& [name, values] : tensors.tensors) {
    if (optimizer_state || !is_optimizer_state(name)) variables.set(name, values);
  }
}

}  // namespace heed
