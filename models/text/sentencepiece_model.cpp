#include <algorithm>
#include <exception>
#include <set>
#include <utility>

#include <fmt/format.h>
#include <sentencepiece_processor.h>
#include <sentencepiece_trainer.h>

#include <heed/graph/error.h>
#include <heed/models/text/sentencepiece_file.h>
#include <heed/models/text/sentencepiece_model.h>
#include <heed/models/text/utf8.h>

namespace heed {

namespace sp = sentencepiece;

namespace {

constexpr char32_t space_character = U'\u2581';  // stands for a space inside pieces
constexpr std::u32string_view reserved_in_training{U"\0\t\u2581\u2585", 4};

class Texts final : public sp::SentenceIterator {
 public:
  explicit Texts(const std::vector<std::string>& texts) : texts_(texts) {}
  bool done() const override { return next_ == texts_.size(); }
  void Next() override { ++next_; }
  const std::string& value() const override { return texts_[next_]; }
  sp::util::Status status() const override { return {}; }

 private:
  const std::vector<std::string>& texts_;
  std::size_t next_ = 0;
};

// What SentencePiece is given: it would leave out any text that holds a character it keeps for itself.
struct TrainingTexts {
  std::vector<std::string> texts;
  std::set<char32_t> characters{space_character};
};

TrainingTexts training_texts(std::span<const std::string> texts) {
  TrainingTexts result;
  result.texts.reserve(texts.size());
  for (const std::string& text : texts) {
    std::u32string code_points = decode_utf8(text);
    for (char32_t& code_point : code_points) {
      if (reserved_in_training.find(code_point) != std::u32string_view::npos) code_point = U' ';
      if (code_point != U' ') result.characters.insert(code_point);
    }
    if (!code_points.empty()) result.texts.push_back(encode_utf8(code_points));
  }
  return result;
}

// The number of threads is fixed because sums, and with them the bytes of the model, depend on it.
std::unordered_map<std::string, std::string> training_options(VocabularyKind kind, std::size_t max_size) {
  constexpr std::size_t largest = 1'000'000'000;
  return {{"model_type", std::string(name_of(kind))},
          {"vocab_size", std::to_string(std::min(max_size, largest))},
          {"hard_vocab_limit", "false"},
          {"character_coverage", "1.0"},
          {"max_sentence_length", "1000000000"},
          {"normalization_rule_name", "identity"},
          {"remove_extra_whitespaces", "false"},
          {"pad_id", std::to_string(pad_id)},
          {"unk_id", std::to_string(unknown_id)},
          {"bos_id", std::to_string(start_id)},
          {"eos_id", std::to_string(end_id)},
          {"unk_surface", "\uFFFD"},
          {"num_threads", "16"},
          {"minloglevel", "3"}};
}

class SentencePieceModel final : public Segmentation {
 public:
  SentencePieceModel(VocabularyKind kind, std::string bytes, const std::string& path)
      : kind_(kind), bytes_(std::move(bytes)) {
    const std::string objection = read();
    if (objection.empty()) return;
    throw Error(fmt::format("{} is no sound SentencePiece model: {}", path, objection));
  }

  VocabularyKind kind() const override { return kind_; }
  std::size_t size() const override { return static_cast<std::size_t>(processor_.GetPieceSize()); }
  const std::string& piece(std::int32_t id) const override { return processor_.IdToPiece(id); }
  std::string bytes() const override { return bytes_; }

  // A U+2581 of the text itself would come back as a space; it is unknown instead.
  std::vector<std::int32_t> split(std::string_view text) const override {
    std::u32string code_points = decode_utf8(text);
    std::replace(code_points.begin(), code_points.end(), space_character, U'\uFFFD');
    std::vector<int> ids;
    const sp::util::Status status = processor_.Encode(encode_utf8(code_points), &ids);
    if (!status.ok()) throw Error(fmt::format("SentencePiece cannot encode a text: {}", status.message()));
    return {ids.begin(), ids.end()};
  }

  std::string join(std::span<const std::int32_t> ids) const override {
    std::string text;
    const sp::util::Status status = processor_.Decode(std::vector<int>(ids.begin(), ids.end()), &text);
    if (!status.ok()) throw Error(fmt::format("SentencePiece cannot decode ids: {}", status.message()));
    return text;
  }

 private:
  // What is wrong with the bytes, or nothing. Most of it comes as a status, but the trie inside throws.
  std::string read() {
    try {
      const sp::util::Status status = processor_.LoadFromSerializedProto(bytes_);
      return status.ok() ? std::string() : status.ToString();
    } catch (const std::exception& reason) {
      return reason.what();
    }
  }

  VocabularyKind kind_;
  std::string bytes_;
  sp::SentencePieceProcessor processor_;
};

}  // namespace

bool has_sentencepiece() {
  return true;
}

std::shared_ptr<const Segmentation> train_sentencepiece(std::span<const std::string> texts,
                                                        VocabularyKind kind, std::size_t max_size) {
  const TrainingTexts training = training_texts(texts);
  if (training.texts.empty())
    throw Error("a vocabulary needs text to be trained on, but all texts are empty");
  Texts iterator(training.texts);
  std::string model;
  const sp::util::Status status =
      sp::SentencePieceTrainer::Train(training_options(kind, max_size), &iterator, &model);
  const std::size_t smallest = training.characters.size() + special_entries;
  if (!status.ok() && max_size < smallest) {
    throw Error(
        fmt::format("a {} vocabulary of {} entries has no room for the {} characters of the texts "
                    "(the mark of a space counted) beside the {} special entries; it needs at least {}",
                    name_of(kind), max_size, training.characters.size(), special_entries, smallest));
  }
  if (!status.ok()) {
    throw Error(fmt::format("SentencePiece cannot train a {} vocabulary of {} entries: {}", name_of(kind),
                            max_size, status.message()));
  }
  return std::make_shared<SentencePieceModel>(kind, std::move(model), "what SentencePiece trained");
}

std::shared_ptr<const Segmentation> open_sentencepiece(std::string bytes, const std::string& path) {
  const VocabularyKind kind = check_sentencepiece(bytes, path);
  return std::make_shared<SentencePieceModel>(kind, std::move(bytes), path);
}

}  // namespace heed
