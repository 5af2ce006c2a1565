#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include <fcntl.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include <heed/models/decoding/step_model.h>
#include <heed/models/model_config.h>
#include <heed/models/text/files.h>
#include <heed/models/training/checkpoint.h>
#include <heed/models/training/checkpoint_json.h>
#include <heed/models/training/run_directory.h>
#include <heed/models/training/safetensors.h>

namespace heed {

namespace fs = std::filesystem;
using nlohmann::json;

namespace {

constexpr const char* weights_file = "model.safetensors";
constexpr const char* config_file = "config.json";

// Where a checkpoint keeps its vocabularies.
std::string vocabulary_file(bool shared, const char* side) {
  return shared ? "vocabulary" : fmt::format("vocabulary.{}", side);
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

// Variables of decoders hold nothing that outlives a sentence.
bool is_kept(const std::string& name) {
  return !name.starts_with(decoding_prefix);
}

void write_vocabularies(const fs::path& directory, const Vocabularies& vocabularies) {
  vocabularies.target.save((directory / vocabulary_file(vocabularies.shared, "target")).string());
  if (!vocabularies.shared) {
    vocabularies.source.save((directory / vocabulary_file(false, "source")).string());
  }
}

Vocabularies read_vocabularies(const fs::path& directory, const CheckpointInfo& info) {
  const bool shared = source_vocabulary(info.config) == 0;
  Vocabulary target = Vocabulary::load((directory / vocabulary_file(shared, "target")).string());
  Vocabulary source =
      shared ? target : Vocabulary::load((directory / vocabulary_file(false, "source")).string());
  const auto check = [&](const Vocabulary& vocabulary, std::int64_t expected) {
    if (static_cast<std::int64_t>(vocabulary.size()) == expected) return;
    throw Error(fmt::format("{}: the vocabulary has {} entries, the model {}", directory.string(),
                            vocabulary.size(), expected));
  };
  check(target, target_vocabulary(info.config));
  if (!shared) check(source, source_vocabulary(info.config));
  return {std::move(source), std::move(target), shared};
}

}  // namespace

std::string save_checkpoint(const std::string& directory, const CheckpointInfo& info,
                            const Vocabularies& vocabularies, const Variables& variables) {
  const std::string name = checkpoint_name(info.progress.step);
  const fs::path final_path = fs::path(directory) / name;
  const fs::path partial = fs::path(directory) / (name + ".tmp");
  std::error_code error;
  fs::remove_all(partial, error);
  make_directory(partial);
  try {
    TensorFile file;
    for (const std::string& variable : variables.names()) {
      if (is_kept(variable)) file.tensors.emplace(variable, variables.get(variable));
    }
    file.metadata = {
        {"format", "heed"}, {"model", model_name(info.config)}, {"step", std::to_string(info.progress.step)}};
    write_safetensors((partial / weights_file).string(), file);
    write_vocabularies(partial, vocabularies);
    write_text(partial / config_file, to_json(info).dump(2) + "\n");
    sync_directory(partial);
    fs::remove_all(final_path, error);  // of a run that was killed before `latest` named it
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

Checkpoint read_checkpoint(const std::string& path) {
  const std::string file = (fs::path(path) / config_file).string();
  CheckpointInfo info;
  try {
    info = checkpoint_info(json::parse(read_file(file)));
  } catch (const json::exception& reason) {
    throw Error(fmt::format("{} is not the description of a checkpoint: {}", file, reason.what()));
  } catch (const Error& reason) {
    throw Error(fmt::format("{}: {}", file, reason.what()));
  }
  return {path, info, read_vocabularies(path, info)};
}

TensorFile read_checkpoint_tensors(const std::string& path, const ModelConfig& config) {
  const std::string file = (fs::path(path) / weights_file).string();
  TensorFile tensors = read_safetensors(file);
  for (const auto& [name, type] : parameters_of(config)) {
    const auto found = tensors.tensors.find(name);
    if (found == tensors.tensors.end()) throw Error(fmt::format("{} lacks the tensor {}", file, name));
    if (found->second.type() != type) {
      throw Error(fmt::format("{}: tensor {} is {}, but the model's is {}", file, name,
                              to_string(found->second.type()), to_string(type)));
    }
    const auto average = tensors.tensors.find(average_prefix + name);
    if (average != tensors.tensors.end() && average->second.type() != type) {
      throw Error(fmt::format("{}: tensor {} is {}, but {} is {}", file, average->first,
                              to_string(average->second.type()), name, to_string(type)));
    }
  }
  return tensors;
}

void load_model(const std::string& path, const CheckpointInfo& info, Variables& variables) {
  const TensorFile tensors = read_checkpoint_tensors(path, info.config);
  for (const auto& [name, type] : parameters_of(info.config)) {
    const auto average = tensors.tensors.find(average_prefix + name);
    variables.set(name, average == tensors.tensors.end() ? tensors.tensors.at(name) : average->second);
  }
}

void load_training_state(const std::string& path, const CheckpointInfo& info, Variables& variables) {
  const TensorFile tensors = read_checkpoint_tensors(path, info.config);
  for (const auto& [name, values] : tensors.tensors) variables.set(name, values);
}

}  // namespace heed
