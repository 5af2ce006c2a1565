#include <array>
#include <concepts>
#include <cstdint>
#include <limits>
#include <type_traits>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <heed/models/training/checkpoint_json.h>

namespace heed {

using nlohmann::json;

namespace {

constexpr int format_version = 3;

// Sets `to` from a field. The library would turn fractions and numbers of any size into whole ones.
template <typename Name, typename T>
void read(const json& from, const Name& name, T& to) {
  const json& value = from.at(name);
  if constexpr (std::is_integral_v<T> && !std::is_same_v<T, bool>) {
    const bool fits = value.is_number_unsigned()
                          ? std::in_range<T>(value.get<std::uint64_t>())
                          : value.is_number_integer() && std::in_range<T>(value.get<std::int64_t>());
    if (fits) {
      to = value.get<T>();
      return;
    }
    throw Error(fmt::format("\"{}\" is a whole number from {} to {}, not {}", name,
                            std::numeric_limits<T>::min(), std::numeric_limits<T>::max(), value.dump()));
  }
  to = value.get<T>();
}

struct AveragingName {
  Averaging::Kind kind;
  const char* name;
};
constexpr std::array averaging_names{AveragingName{Averaging::Kind::none, "none"},
                                     AveragingName{Averaging::Kind::exponential, "exponential"},
                                     AveragingName{Averaging::Kind::last, "last"}};

const char* name_of(Averaging::Kind kind) {
  for (const AveragingName& entry : averaging_names) {
    if (entry.kind == kind) return entry.name;
  }
  return "?";
}

Averaging::Kind averaging_kind(const std::string& name) {
  for (const AveragingName& entry : averaging_names) {
    if (entry.name == name) return entry.kind;
  }
  throw Error(fmt::format("averaging is none, exponential or last, not \"{}\"", name));
}

// Writes each field it is shown.
class Writer {
 public:
  template <typename T>
  void operator()(const char* name, const T& value) {
    if constexpr (std::is_enum_v<T>) {
      out_[name] = std::string(name_of(value));
    } else {
      out_[name] = value;
    }
  }
  template <typename Fields>
  void object(const char* name, const Fields& fields) {
    Writer inner;
    fields(inner);
    out_[name] = std::move(inner.out_);
  }
  json take() { return std::move(out_); }

 private:
  json out_ = json::object();
};

// Sets each field it is shown.
class Reader {
 public:
  explicit Reader(const json& from) : from_(from) {}
  template <typename T>
  void operator()(const char* name, T& value) {
    read(from_, name, value);
  }
  void operator()(const char* name, VocabularyKind& kind) { kind = vocabulary_kind(text(name)); }
  void operator()(const char* name, Judge& judge) { judge = judge_of(text(name)); }
  void operator()(const char* name, Precision& precision) { precision = precision_of(text(name)); }
  void operator()(const char* name, OptimizerKind& kind) { kind = optimizer_kind(text(name)); }
  void operator()(const char* name, Schedule::Kind& kind) { kind = schedule_kind(text(name)); }
  void operator()(const char* name, Averaging::Kind& kind) { kind = averaging_kind(text(name)); }
  void operator()(const char* name, BahdanauVariant& variant) { variant = bahdanau_variant(text(name)); }
  void operator()(const char* name, LuongScore& score) { score = luong_score(text(name)); }
  void operator()(const char* name, LuongWindow& window) { window = luong_window(text(name)); }
  void operator()(const char* name, std::vector<std::int64_t>& values) {
    const json& list = from_.at(name);
    for (std::size_t i = 0; i < list.get_ref<const json::array_t&>().size(); ++i)
      read(list, i, values.emplace_back());
  }
  template <typename Fields>
  void object(const char* name, const Fields& fields) {
    Reader inner(from_.at(name));
    fields(inner);
  }

 private:
  std::string text(const char* name) const { return from_.at(name).get<std::string>(); }
  const json& from_;
};

// What a checkpoint holds, for writing and for reading alike.
template <typename Config, typename Of>
concept ConfigOf = std::same_as<std::remove_const_t<Config>, Of>;

template <ConfigOf<TransformerConfig> Config>
void config_fields(auto& field, Config& config) {
  field("width", config.width);
  field("feed_forward", config.feed_forward);
  field("heads", config.heads);
  field("encoder_layers", config.encoder_layers);
  field("decoder_layers", config.decoder_layers);
  field("dropout", config.dropout);
  field("norm_epsilon", config.norm_epsilon);
}

template <ConfigOf<BahdanauConfig> Config>
void config_fields(auto& field, Config& config) {
  field("embedding", config.embedding);
  field("encoder_units", config.encoder_units);
  field("units", config.units);
  field("alignment", config.alignment);
  field("maxout", config.maxout);
  field("attention", config.attention);
  field("variant", config.variant);
  field("tied", config.tied);
  field("paper_start", config.paper_start);
  field("embedding_dropout", config.embedding_dropout);
  field("context_dropout", config.context_dropout);
  field("output_dropout", config.output_dropout);
}

template <ConfigOf<LuongConfig> Config>
void config_fields(auto& field, Config& config) {
  field("embedding", config.embedding);
  field("units", config.units);
  field("layers", config.layers);
  field("attention", config.attention);
  field("score", config.score);
  field("window", config.window);
  field("half_width", config.half_width);
  field("longest", config.longest);
  field("input_feeding", config.input_feeding);
  field("reversed", config.reversed);
  field("bias", config.bias);
  field("tied", config.tied);
  field("range", config.range);
  field("dropout", config.dropout);
  field("output_dropout", config.output_dropout);
}

void recipe_fields(auto& field, auto& recipe) {
  field.object("vocabulary", [&](auto& inner) {
    inner("kind", recipe.vocabulary.kind);
    inner("max_size", recipe.vocabulary.max_size);
    inner("shared", recipe.vocabulary.shared);
  });
  field("batch_tokens", recipe.batch_tokens);
  field("max_length", recipe.max_length);
  field("accumulate", recipe.accumulate);
  field("warmup", recipe.warmup);
  field("rate_scale", recipe.rate_scale);
  field("optimizer", recipe.step.optimizer);
  field("mean_over_sentences", recipe.step.mean_over_sentences);
  field.object("schedule", [&](auto& inner) {
    inner("kind", recipe.schedule.kind);
    inner("rate", recipe.schedule.rate);
    inner("halve_after", recipe.schedule.halve_after);
  });
  field("label_smoothing", recipe.step.label_smoothing);
  field("largest_gradient", recipe.step.largest_gradient);
  field("adam_beta1", recipe.step.adam_beta1);
  field("adam_beta2", recipe.step.adam_beta2);
  field("adam_epsilon", recipe.step.adam_epsilon);
  field("validate_every", recipe.validate_every);
  field.object("averaging", [&](auto& inner) {
    inner("kind", recipe.averaging.kind);
    inner("decay", recipe.averaging.decay);
    inner("count", recipe.averaging.count);
  });
  field("judge", recipe.judge);
  field("precision", recipe.precision);
}

void progress_fields(auto& field, auto& progress) {
  field("step", progress.step);
  field("epoch", progress.epoch);
  field("batch", progress.batch);
  field("run_counter", progress.run_counter);
  field("best_score", progress.best_score);
  field("best_step", progress.best_step);
  field("since_best", progress.since_best);
  field("snapshots", progress.snapshots);
}

void info_fields(auto& field, auto& info) {
  field("preset", info.preset);
  field("source_language", info.source_language);
  field("target_language", info.target_language);
  field("corpus", info.corpus);
  field("seed", info.seed);
  field.object("config", [&](auto& inner) {
    std::visit(
        [&](auto& config) {
          inner("vocabulary", config.vocabulary);
          inner("source_vocabulary", config.source_vocabulary);
          config_fields(inner, config);
        },
        info.config);
  });
  field.object("recipe", [&](auto& inner) { recipe_fields(inner, info.recipe); });
  field.object("progress", [&](auto& inner) { progress_fields(inner, info.progress); });
}

// The first leaf in which two descriptions differ.
std::string first_difference(const json& a, const json& b, const std::string& path) {
  if (!a.is_object()) return a == b ? "" : fmt::format("{} is {} and {}", path, a.dump(), b.dump());
  for (const auto& [name, value] : a.items()) {
    const std::string inside = path.empty() ? name : path + "." + name;
    const std::string found = first_difference(value, b.at(name), inside);
    if (!found.empty()) return found;
  }
  return {};
}

}  // namespace

json to_json(const CheckpointInfo& info) {
  Writer writer;
  writer("format", format_version);
  writer("model", model_name(info.config));
  info_fields(writer, info);
  return writer.take();
}

CheckpointInfo checkpoint_info(const json& root) {
  if (root.at("format") != format_version) {
    throw Error(fmt::format("format {} of checkpoints is not known to this version, which reads format {}",
                            root.at("format").dump(), format_version));
  }
  CheckpointInfo info;
  info.config = empty_config(root.at("model").get<std::string>());
  Reader reader(root);
  info_fields(reader, info);
  check_config(info.config);
  return info;
}

std::string difference(const CheckpointInfo& a, const CheckpointInfo& b) {
  json first = to_json(a), second = to_json(b);
  if (first["model"] != second["model"]) return first_difference(first["model"], second["model"], "model");
  first.erase("progress");
  second.erase("progress");
  return first_difference(first, second, "");
}

}  // namespace heed
