#include <algorithm>

#include <fmt/format.h>

#include <heed/backends/executable.h>
#include <heed/models/decoding/sentence_graph.h>
#include <heed/models/decoding/translator.h>
#include <heed/models/training/checkpoint.h>
#include <heed/models/training/run_directory.h>

namespace heed {

SentenceGraph::SentenceGraph(const ModelConfig& config, std::int64_t source_length,
                             std::int64_t target_length)
    : graph_(std::make_unique<Graph>()) {
  const auto model = make_model(*graph_, without_dropout(config));
  source_ = graph_->input("source", DType::i32, {1, source_length});
  source_lengths_ = graph_->input("source_lengths", DType::i32, {1});
  target_input_ = graph_->input("target_input", DType::i32, {1, target_length});
  logits_ = model->scores(source_, source_lengths_, target_input_);
  attention_weights_ = model->attention_weights();
  states_ = model->states();
  names_ = std::make_unique<TensorNames>(*graph_);
}

std::vector<Array> SentenceGraph::values(std::span<const Tensor> fetches,
                                         std::span<const std::int32_t> source,
                                         std::span<const std::int32_t> target_input, Variables& variables) {
  const auto source_length = static_cast<std::int32_t>(source.size());
  const Array source_array({1, source_length}, source), lengths({1}, std::vector{source_length});
  const Array target_array({1, static_cast<std::int64_t>(target_input.size())}, target_input);
  Executable executable = compile(fetches, {}, variables);
  executable.run({{source_, source_array}, {source_lengths_, lengths}, {target_input_, target_array}});
  std::vector<Array> values;
  for (const Tensor& fetch : fetches) values.push_back(executable.value(fetch));
  return values;
}

namespace {

std::vector<std::int32_t> encoded(const Vocabulary& vocabulary, const std::string& text, const char* which) {
  try {
    std::vector<std::int32_t> words = vocabulary.encode(text);
    if (words.size() <= Translator::most_source_words) return words;
    throw Error(
        fmt::format("it has {} pieces; a sentence may have {}", words.size(), Translator::most_source_words));
  } catch (const Error& error) {
    throw Error(fmt::format("the {} cannot be read: {}", which, error.what()));
  }
}

std::string translation_of(const std::string& source, const Checkpoint& checkpoint, Variables& variables) {
  Translator translator(checkpoint.info.config, checkpoint.vocabularies, variables);
  return translator.translate({&source, 1}).front().text;
}

}  // namespace

SentenceValues fetch_tensors(const std::string& path, std::span<const std::string> names,
                             const std::string& source, const std::optional<std::string>& target,
                             std::shared_ptr<Backend> backend, std::string_view list) {
  const Checkpoint checkpoint = read_checkpoint(find_checkpoint(path));
  const ModelConfig& config = checkpoint.info.config;
  const Vocabularies& vocabularies = checkpoint.vocabularies;
  std::vector<std::int32_t> read = encoded(vocabularies.source, source, "source");
  if (read.empty()) throw Error("the source is empty: a sentence has one piece or more");
  Variables variables(std::move(backend));
  load_model(checkpoint.path, checkpoint.info, variables);
  std::vector<std::int32_t> written = encoded(
      vocabularies.target, target ? *target : translation_of(source, checkpoint, variables), "target");
  read.push_back(end_id);
  written.insert(written.begin(), start_id);

  SentenceGraph sentence(config, std::ssize(read), std::ssize(written));
  SentenceValues found{vocabularies.source.pieces(read), vocabularies.target.pieces(written), {}};
  Tensors fetches;
  for (const std::string& name : names) {
    const Tensor tensor = sentence.graph().tensor(sentence.names().find(name, list));
    if (std::ranges::find(fetches, tensor) == fetches.end()) fetches.push_back(tensor);
  }
  std::vector<Array> values = sentence.values(fetches, read, written, variables);
  for (std::size_t i = 0; i < fetches.size(); ++i) {
    found.tensors.emplace_back(sentence.names().of({fetches[i].node(), fetches[i].output()}),
                               std::move(values[i]));
  }
  return found;
}

}  // namespace heed
