#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <string_view>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <heed/models/visual/attention_page.h>
#include <heed/models/visual/page_files.h>

namespace heed {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::int64_t most_cells = 24;  // of a state's strip

// The double whose shortest digits are the float's.
double shortest(float value) {
  return std::strtod(fmt::format("{}", value).c_str(), nullptr);
}

double rounded(double value, double unit) {
  return std::round(value / unit) * unit;
}

Json json_of(const Tokens& tokens) {
  return {{"pieces", tokens.pieces}, {"words", tokens.words}, {"wordOf", tokens.word_of}};
}

Json matrix_json(std::span<const float> values, std::int64_t rows, std::int64_t columns) {
  Json matrix = Json::array();
  for (std::int64_t r = 0; r < rows; ++r) {
    Json row = Json::array();
    for (std::int64_t c = 0; c < columns; ++c)
      row.push_back(shortest(values[static_cast<std::size_t>(r * columns + c)]));
    matrix.push_back(std::move(row));
  }
  return matrix;
}

Json json_of(const AttentionLayer& layer) {
  const Shape& shape = layer.weights.shape();
  const std::span<const float> all = layer.weights.values<float>();
  Json heads = Json::array();
  for (std::int64_t h = 0; h < shape[0]; ++h) {
    const auto start = static_cast<std::size_t>(h * shape[1] * shape[2]);
    heads.push_back(matrix_json(all.subspan(start), shape[1], shape[2]));
  }
  return {{"kind", name_of(layer.kind)},
          {"layer", layer.layer},
          {"tensor", layer.tensor},
          {"heads", std::move(heads)}};
}

Json json_of(const DecodingStep& step) {
  Json candidates = Json::array();
  for (const Candidate& candidate : step.candidates)
    candidates.push_back({{"piece", candidate.piece}, {"p", rounded(candidate.probability, 1e-7)}});
  return {{"p", rounded(step.probability, 1e-7)}, {"candidates", std::move(candidates)}};
}

// Entries taken evenly from each vector, the first one included.
Json json_of(const Array& states) {
  const std::int64_t width = states.shape()[1], cells = std::min(width, most_cells);
  std::vector<std::int64_t> entries;
  for (std::int64_t i = 0; i < cells; ++i) entries.push_back(i * width / cells);
  Json rows = Json::array();
  for (std::int64_t r = 0; r < states.shape()[0]; ++r) {
    Json row = Json::array();
    for (const std::int64_t entry : entries) row.push_back(rounded(states.number(r * width + entry), 1e-3));
    rows.push_back(std::move(row));
  }
  return {{"width", width}, {"entries", entries}, {"rows", std::move(rows)}};
}

Json rows_of(const Array& scores) {
  Json rows = Json::array();
  for (std::int64_t t = 0; t < scores.shape()[0]; ++t) {
    Json row = Json::array();
    for (std::int64_t s = 0; s < scores.shape()[1]; ++s)
      row.push_back(rounded(scores.number(t * scores.shape()[1] + s), 1e-4));
    rows.push_back(std::move(row));
  }
  return rows;
}

Json json_of(const SentenceAttention& sentence) {
  Json json{{"text", sentence.text},
            {"translation", sentence.translation},
            {"logProbability", rounded(sentence.log_probability, 1e-4)},
            {"ended", sentence.ended},
            {"source", json_of(sentence.source)},
            {"input", json_of(sentence.input)},
            {"output", json_of(sentence.output)}};
  json["layers"] = Json::array();
  for (const AttentionLayer& layer : sentence.layers) json["layers"].push_back(json_of(layer));
  json["steps"] = Json::array();
  for (const DecodingStep& step : sentence.steps) json["steps"].push_back(json_of(step));
  json["states"] = Json::object();
  if (sentence.encoder_states) json["states"]["encoder"] = json_of(*sentence.encoder_states);
  if (sentence.decoder_states) json["states"]["decoder"] = json_of(*sentence.decoder_states);
  if (sentence.contexts) json["states"]["contexts"] = json_of(*sentence.contexts);
  if (sentence.gold) {
    // Pairs of source word and target word.
    json["gold"] = {{"sure", sentence.gold->sure}, {"possible", sentence.gold->possible}};
  }
  if (sentence.scores) json["scores"] = rows_of(*sentence.scores);
  return json;
}

Json json_of(const HeadSummary& summary) {
  const auto short_of = [](double value) { return rounded(value, 1e-4); };
  return {{"kind", name_of(summary.kind)},
          {"layer", summary.layer},
          {"head", summary.head},
          {"rows", summary.rows},
          {"entropy", short_of(summary.entropy)},
          {"peak", short_of(summary.peak)},
          {"same", short_of(summary.same)},
          {"previous", short_of(summary.previous)},
          {"first", short_of(summary.first)},
          {"last", short_of(summary.last)}};
}

Json json_of(const ModelAttention& model) {
  Json json{{"name", model.name}, {"about", model.about}, {"attends", model.attends}};
  json["sentences"] = Json::array();
  for (const SentenceAttention& sentence : model.sentences) json["sentences"].push_back(json_of(sentence));
  json["averaged"] = model.heads.sentences();
  json["summary"] = Json::array();
  for (const HeadSummary& summary : model.heads.means()) json["summary"].push_back(json_of(summary));
  return json;
}

// Fills the places @NAME@ of the frame, once and from left to right, so that no filling is read again.
std::string filled(std::string_view frame, std::span<const std::pair<std::string_view, std::string>> parts) {
  std::string page;
  for (const auto& [place, part] : parts) {
    const std::size_t at = frame.find(place);
    if (at == std::string_view::npos) throw InternalError(fmt::format("the page has no place {}", place));
    page += frame.substr(0, at);
    page += part;
    frame.remove_prefix(at + place.size());
  }
  return page.append(frame);
}

}  // namespace

std::string attention_json(std::span<const ModelAttention> models) {
  Json json{{"models", Json::array()}};
  for (const ModelAttention& model : models) json["models"].push_back(json_of(model));
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string attention_page(std::span<const ModelAttention> models) {
  std::string data;
  for (const char c : attention_json(models)) {
    if (c == '<') {
      data += "\\u003c";  // neither </script> nor <!-- can stand in the block
    } else {
      data += c;
    }
  }
  const std::pair<std::string_view, std::string> parts[] = {
      {"@STYLE@", std::string(page_style())}, {"@DATA@", data}, {"@SCRIPT@", std::string(page_script())}};
  return filled(page_frame(), parts);
}

}  // namespace heed
