// Vocabularies: text into numbers and back. Knows nothing of batches, or of how sentences are marked.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace heed {

// How text becomes pieces. A further kind (subwords) adds a value here, its name, and its two cases in
// Vocabulary::split and Vocabulary::joined; ids, special entries and files stay as they are.
enum class VocabularyKind : std::uint8_t { word, character };

std::string_view name_of(VocabularyKind kind);
VocabularyKind vocabulary_kind(std::string_view name);  // throws Error unless "word" or "character"

// The special entries of every vocabulary.
inline constexpr std::int32_t pad_id = 0;      // <pad>: fills batches
inline constexpr std::int32_t unknown_id = 1;  // <unk>: a piece the vocabulary lacks
inline constexpr std::int32_t start_id = 2;    // <s>
inline constexpr std::int32_t end_id = 3;      // </s>
inline constexpr std::size_t special_entries = 4;

// The pieces of a text collection, numbered: four special entries, then by falling frequency, ties by byte
// order. The Transformer shares one vocabulary between both languages: train it on the texts of both.
class Vocabulary {
 public:
  // Keeps the most frequent pieces, at most `max_size` entries in all. Throws Error when there are none.
  static Vocabulary train(std::span<const std::string> texts, VocabularyKind kind,
                          std::size_t max_size = 32'000);

  // Throws Error for a file that is missing, foreign, cut short or changed, and says in which line.
  static Vocabulary load(const std::string& path);
  void save(const std::string& path) const;

  // Without <s> and </s>. Throws Error for invalid UTF-8.
  std::vector<std::int32_t> encode(std::string_view text) const;

  // The text of the ids up to the first </s>, without <pad> and <s>; an unknown piece is "<unk>" among
  // words and U+FFFD among characters. decode(encode(text)) is the text when every piece is known.
  std::string decode(std::span<const std::int32_t> ids) const;

  // The entries of the ids one by one, special ones too. Throws Error for an id that is none.
  std::vector<std::string> pieces(std::span<const std::int32_t> ids) const;

  std::size_t size() const { return entries_.size(); }
  VocabularyKind kind() const { return kind_; }

  friend bool operator==(const Vocabulary& a, const Vocabulary& b) {
    return a.kind_ == b.kind_ && a.entries_ == b.entries_;
  }

 private:
  explicit Vocabulary(VocabularyKind kind);
  static std::vector<std::string> split(std::string_view text, VocabularyKind kind);
  std::string joined(const std::vector<std::string>& pieces) const;
  bool add(std::string entry);  // false: it is there already
  const std::string& entry(std::int32_t id) const;

  VocabularyKind kind_;
  std::vector<std::string> entries_;
  std::unordered_map<std::string, std::int32_t> ids_;
};

}  // namespace heed
