#include <fmt/format.h>
#include <fmt/ranges.h>

#include <heed/graph/graph.h>
#include <heed/graph/sources.h>
#include <heed/models/bahdanau/bahdanau.h>
#include <heed/models/luong/luong.h>
#include <heed/models/model_config.h>
#include <heed/models/transformer/transformer.h>

namespace heed {

namespace {

template <typename... Visitors>
struct Overloaded : Visitors... {
  using Visitors::operator()...;
};
template <typename... Visitors>
Overloaded(Visitors...) -> Overloaded<Visitors...>;

[[noreturn]] void refuse(const std::string& model) {
  throw Error(fmt::format("there is no model \"{}\"; there are {}", model, fmt::join(model_names(), ", ")));
}

}  // namespace

std::vector<std::string> model_names() {
  return {"rnnencdec", "bahdanau", "luong", "transformer"};
}

std::string model_name(const ModelConfig& config) {
  return std::visit(Overloaded{[](const TransformerConfig&) { return "transformer"; },
                               [](const BahdanauConfig& c) { return c.attention ? "bahdanau" : "rnnencdec"; },
                               [](const LuongConfig&) { return "luong"; }},
                    config);
}

ModelConfig empty_config(const std::string& model) {
  if (model == "transformer") return TransformerConfig{};
  if (model == "luong") return LuongConfig{};
  if (model != "bahdanau" && model != "rnnencdec") refuse(model);
  BahdanauConfig config;
  config.attention = model == "bahdanau";
  return config;
}

ModelConfig model_preset(const std::string& model, const std::string& preset, std::int64_t vocabulary) {
  if (model == "transformer") return transformer_preset(preset, vocabulary);
  if (model == "luong") return luong_preset(preset, vocabulary);
  if (model != "bahdanau" && model != "rnnencdec") refuse(model);
  BahdanauConfig config = bahdanau_preset(preset, vocabulary);
  config.attention = model == "bahdanau";
  return config;
}

std::vector<std::string> model_preset_names(const std::string& model) {
  if (model == "transformer") return transformer_preset_names();
  if (model == "luong") return luong_preset_names();
  if (model == "bahdanau" || model == "rnnencdec") return bahdanau_preset_names();
  refuse(model);
}

void check_config(const ModelConfig& config) {
  std::visit([](const auto& c) { check_config(c); }, config);
}

std::int64_t target_vocabulary(const ModelConfig& config) {
  return std::visit([](const auto& c) { return c.vocabulary; }, config);
}

std::int64_t source_vocabulary(const ModelConfig& config) {
  return std::visit([](const auto& c) { return c.source_vocabulary; }, config);
}

void set_source_vocabulary(ModelConfig& config, std::int64_t size) {
  std::visit([size](auto& c) { c.source_vocabulary = size; }, config);
}

DType dtype_of(const ModelConfig& config) {
  return std::visit([](const auto& c) { return c.dtype; }, config);
}

std::int64_t width_of(const ModelConfig& config) {
  return std::visit(
      Overloaded{[](const TransformerConfig& c) { return c.width; }, [](const auto& c) { return c.units; }},
      config);
}

ModelConfig without_dropout(ModelConfig config) {
  std::visit(
      Overloaded{[](TransformerConfig& c) { c.dropout = 0; },
                 [](BahdanauConfig& c) { c.embedding_dropout = c.context_dropout = c.output_dropout = 0; },
                 [](LuongConfig& c) { c.dropout = c.output_dropout = 0; }},
      config);
  return config;
}

std::string describe(const ModelConfig& config) {
  return std::visit(
      Overloaded{[](const TransformerConfig& c) {
                   return fmt::format("{} + {} layers, width {}, feed-forward {}, heads {}, vocabulary {}",
                                      c.encoder_layers, c.decoder_layers, c.width, c.feed_forward, c.heads,
                                      c.vocabulary);
                 },
                 [](const BahdanauConfig& c) {
                   return fmt::format(
                       "embedding {}, encoder 2 x {}, decoder {}, alignment {}, maxout {}, variant "
                       "{}, vocabulary {}",
                       c.embedding, c.encoder_units, c.units, c.attention ? c.alignment : 0, c.maxout,
                       name_of(c.variant), c.vocabulary);
                 },
                 [](const LuongConfig& c) {
                   return fmt::format(
                       "embedding {}, {} + {} layers of {}, attention {}, input feeding {}, source {}, "
                       "vocabulary {}",
                       c.embedding, c.layers, c.layers, c.units,
                       c.attention ? fmt::format("{} {}", name_of(c.score), name_of(c.window)) : "none",
                       c.input_feeding ? "on" : "off", c.reversed ? "reversed" : "as it is", c.vocabulary);
                 }},
      config);
}

std::unique_ptr<TranslationModel> make_model(Graph& graph, const ModelConfig& config, Where where) {
  using Model = std::unique_ptr<TranslationModel>;
  return std::visit(
      Overloaded{
          [&](const TransformerConfig& c) -> Model { return std::make_unique<Transformer>(graph, c, where); },
          [&](const BahdanauConfig& c) -> Model { return std::make_unique<BahdanauModel>(graph, c, where); },
          [&](const LuongConfig& c) -> Model { return std::make_unique<LuongModel>(graph, c, where); }},
      config);
}

std::map<std::string, TensorType> parameters_of(const ModelConfig& config) {
  Graph graph;
  make_model(graph, config);
  std::map<std::string, TensorType> parameters;
  for (const Tensor& variable : graph.variables()) {
    parameters.emplace(variable_name(variable), variable.type());
  }
  return parameters;
}

ParameterCount count_parameters(const ModelConfig& config) {
  ParameterCount count;
  for (const auto& [name, type] : parameters_of(config)) {
    count.all += type.shape.elements();
    if (name == "embedding" || name == "source_embedding") count.embeddings += type.shape.elements();
  }
  return count;
}

}  // namespace heed
