// Every tensor of a model can be fetched, and fetching disturbs nothing.
#include <algorithm>

#include "../cpu_backends.h"
#include "../message_of.h"
#include "little_training.h"
#include "temporary_directory.h"
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <heed/backends/executable.h>
#include <heed/models/decoding/sentence_graph.h>
#include <heed/models/decoding/translator.h>
#include <heed/models/training/run_directory.h>
#include <heed/models/transformer/transformer.h>

using namespace heed;
using namespace heed::little;
using heed::test::message_of;

namespace {

const std::vector<std::int32_t> source{5, 6, 9, 7, 3}, target{2, 7, 8, 9};

TransformerConfig small_config() {
  TransformerConfig config = transformer_preset("micro", 20);
  config.decoder_layers = 2;
  config.width = 16;
  config.feed_forward = 24;
  return config;
}

Tensors all_tensors(Graph& graph) {
  Tensors tensors;
  for (NodeId id = 0; id < graph.size(); ++id) {
    for (std::uint32_t i = 0; i < graph.node(id).outputs.size(); ++i) tensors.emplace_back(graph, id, i);
  }
  return tensors;
}

struct Inside {
  explicit Inside(const std::string& backend)
      : variables(open_backend(backend, {.threads = 2}), 3),
        sentence(small_config(), std::ssize(source), std::ssize(target)) {}
  std::vector<Array> values(const Tensors& fetches) {
    return sentence.values(fetches, source, target, variables);
  }
  Array value(const std::string& name) { return values({sentence.graph().find(name)}).front(); }
  Variables variables;
  SentenceGraph sentence;
};

}  // namespace

TEST_CASE("every tensor fetched with all others has the bits that it has alone, on every backend") {
  for (const std::string& backend : heed::test::cpu_backends()) {
    Inside inside(backend);
    const Tensors tensors = all_tensors(inside.sentence.graph());
    const std::vector<Array> together = inside.values(tensors);
    REQUIRE(tensors.size() > 100);
    for (std::size_t i = 0; i < tensors.size(); ++i) {
      CAPTURE(backend);
      CAPTURE(inside.sentence.names().of({tensors[i].node(), tensors[i].output()}));
      CHECK(inside.values({tensors[i]}).front() == together[i]);
    }
  }
}

TEST_CASE("the scores between which tensors are fetched are those of a model that nobody looks into") {
  for (const std::string& backend : heed::test::cpu_backends()) {
    Inside inside(backend);
    Graph graph;
    TransformerConfig config = small_config();
    config.dropout = 0;
    Transformer model(graph, config);
    const Tensor words = graph.input("words", DType::i32, {1, 5}),
                 length = graph.input("length", DType::i32, {1});
    const Tensor given = graph.input("given", DType::i32, {1, 4});
    const Tensor logits = model.logits(model.decode(given, model.encode(words, length), length));
    Executable plain = compile({logits}, inside.variables);
    plain.run({{words, Array({1, 5}, source)},
               {length, Array({1}, std::vector<std::int32_t>{5})},
               {given, Array({1, 4}, target)}});
    const Tensors tensors = all_tensors(inside.sentence.graph());
    const auto at = std::ranges::find(tensors, inside.sentence.graph().find("logits")) - tensors.begin();
    CHECK(inside.values(tensors)[static_cast<std::size_t>(at)] == plain.value(logits));
    CHECK(inside.value("logits") == plain.value(logits));
  }
}

TEST_CASE("attention weights are there by name, sum to one, and give the attention's result") {
  Inside inside(backend_names().front());
  for (const std::string name : {"encoder/0/self", "decoder/0/self", "decoder/1/self", "decoder/1/cross"}) {
    CAPTURE(name);
    const Array weights = inside.value(name + "/weights"), values = inside.value(name + "/values");
    const Array result = inside.value(name + "/attention.0");
    const std::int64_t heads = 2, from = weights.shape()[2], to = weights.shape()[3],
                       size = values.shape()[3];
    REQUIRE(weights.shape() == Shape{1, heads, from, to});
    for (std::int64_t h = 0; h < heads; ++h) {
      for (std::int64_t t = 0; t < from; ++t) {
        double total = 0;
        std::vector<double> mixed(static_cast<std::size_t>(size));
        for (std::int64_t s = 0; s < to; ++s) {
          const double weight = weights.number((h * from + t) * to + s);
          total += weight;
          for (std::int64_t d = 0; d < size; ++d)
            mixed[static_cast<std::size_t>(d)] += weight * values.number((s * heads + h) * size + d);
        }
        CHECK(total == doctest::Approx(1).epsilon(1e-6));
        for (std::int64_t d = 0; d < size; ++d) {
          CHECK(result.number((t * heads + h) * size + d) ==
                doctest::Approx(mixed[static_cast<std::size_t>(d)]).epsilon(1e-5));
        }
      }
    }
  }
}

TEST_CASE("names do not depend on the sentence's length") {
  const auto names_for = [](std::int64_t source_length, std::int64_t target_length) {
    SentenceGraph sentence(small_config(), source_length, target_length);
    std::vector<std::string> names;
    for (const Tensor& tensor : all_tensors(sentence.graph()))
      names.push_back(sentence.names().of({tensor.node(), tensor.output()}));
    return names;
  };
  CHECK(names_for(1, 1) == names_for(12, 7));
}

TEST_CASE("a checkpoint's tensors are fetched by name, for a given target or the model's own") {
  const TemporaryDirectory directory;
  const TranslationData data = little_data();
  const Vocabularies vocabularies = words_of(data);
  run_training(data, vocabularies, little_options(vocabularies, directory.name()));
  const auto backend = open_backend(backend_names().front());
  const std::string text = data.valid.pairs.front().source;
  const auto fetch = [&](const std::vector<std::string>& names, const std::optional<std::string>& given) {
    return fetch_tensors(directory.name(), names, text, given, backend);
  };

  const SentenceValues given =
      fetch({"cross/weights", "logits", "decoder/0/cross/weights"}, data.valid.pairs.front().target);
  REQUIRE(given.tensors.size() == 2);
  CHECK(given.tensors[0].first == "decoder/0/cross/weights");
  CHECK(given.source.back() == "</s>");
  CHECK(given.target.front() == "<s>");
  CHECK(given.tensors[0].second.shape() == Shape{1, 2, std::ssize(given.target), std::ssize(given.source)});

  Translator translator(directory.name(), backend);
  const std::string own = translator.translate({&text, 1}).front().text;
  CHECK(fetch({"logits"}, std::nullopt).tensors == fetch({"logits"}, own).tensors);

  CHECK(message_of([&] { fetch({"weights"}, own); }) ==
        "\"weights\" could be any of 3 tensors: encoder/0/self/weights, decoder/0/self/weights, "
        "decoder/0/cross/weights");
  CHECK(message_of([&] {
          fetch({"decoder/0/cros/weights"}, own);
        }).starts_with("no tensor is called \"decoder/0/cros/weights\"; nearest: decoder/0/cross/weights"));
  const auto read = [&](const std::string& line, const std::optional<std::string>& written) {
    const std::vector<std::string> names{"logits"};
    return message_of([&] { fetch_tensors(directory.name(), names, line, written, backend); });
  };
  CHECK(read("", {}) == "the source is empty: a sentence has one piece or more");
  CHECK(read("\xff", {}).starts_with("the source cannot be read: "));
  CHECK(read("one", "\xff").starts_with("the target cannot be read: "));
  std::string long_line = "one";
  for (int i = 0; i < 1000; ++i) long_line += " one";
  CHECK(read(long_line, {}) == "the source cannot be read: it has 1001 pieces; a sentence may have 1000");
  CHECK(read("one", "") == "no error");
}
