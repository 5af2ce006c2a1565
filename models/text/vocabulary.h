// Vocabularies: text into numbers and back. Knows nothing of batches, or of how sentences are marked.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <heed/models/text/vocabulary_kind.h>

namespace heed {

class Segmentation;

// The pieces of a text collection, numbered, behind four special entries. The Transformer shares one
// vocabulary between both languages: train it on the texts of both. A value that never changes; copies are
// cheap and may be used from several threads.
class Vocabulary {
 public:
  // The vocabulary of at most `max_size` entries, special ones counted. Texts are lines of UTF-8. The same
  // texts, kind and size give the same vocabulary, to the byte. Throws Error when all texts are empty.
  //
  // word, character: the most frequent pieces, by falling frequency, ties by byte order.
  //
  // bpe, unigram: a SentencePiece model (Kudo and Richardson 2018) over the text as it is: no Unicode
  // normalisation, spaces are kept, every character of the texts has a piece. So decode(encode(text)) is
  // the text for every text of characters that were seen in training. Tabs, NUL, U+2581 and U+2585, which
  // SentencePiece keeps for itself, count as spaces in training and are unknown when encoded. The
  // vocabulary is smaller than `max_size` when the texts hold fewer pieces. Throws Error when their
  // characters alone are more, and in a build without SentencePiece.
  static Vocabulary train(std::span<const std::string> texts, VocabularyKind kind,
                          std::size_t max_size = 32'000);

  // What save() wrote, told by its content: the list of pieces of a word or character vocabulary, or a
  // SentencePiece model. A model that other programs trained will do if it is bpe or unigram and has heed's
  // special entries (--pad_id=0 --unk_id=1 --bos_id=2 --eos_id=3); it normalises text as it was trained to.
  // Throws Error for a file that is missing, foreign, cut short or changed, and says where.
  static Vocabulary load(const std::string& path);

  // A text file with one entry a line, or the .model file that SentencePiece's own tools read.
  void save(const std::string& path) const;

  // Without <s> and </s>. Throws Error for invalid UTF-8.
  std::vector<std::int32_t> encode(std::string_view text) const;

  // The text of the ids up to the first </s>, without <pad> and <s>; what is unknown is "<unk>" among words
  // and U+FFFD otherwise (in a model that other programs trained: what they chose, " \u2047 " as a rule).
  // decode(encode(text)) is the text when every piece is known.
  std::string decode(std::span<const std::int32_t> ids) const;

  // The entries of the ids one by one, special ones too; in those of SentencePiece U+2581 marks a space.
  // Throws Error for an id that is none.
  std::vector<std::string> pieces(std::span<const std::int32_t> ids) const;

  std::size_t size() const;
  VocabularyKind kind() const;

  friend bool operator==(const Vocabulary& a, const Vocabulary& b);

 private:
  explicit Vocabulary(std::shared_ptr<const Segmentation> segmentation);
  void check(std::int32_t id) const;

  std::shared_ptr<const Segmentation> segmentation_;
};

}  // namespace heed
