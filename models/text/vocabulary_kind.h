// Kinds of vocabularies, and the entries that all of them share. Knows nothing of text.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace heed {

// How text becomes pieces: whole words, single characters, or subwords that SentencePiece learns, by byte
// pair encoding (Sennrich et al. 2016) or with a unigram language model (Kudo 2018).
enum class VocabularyKind : std::uint8_t { word, character, bpe, unigram };

std::string_view name_of(VocabularyKind kind);
VocabularyKind vocabulary_kind(std::string_view name);  // throws Error for a name that is none of the four

// bpe and unigram need a build with SentencePiece; the others are always there.
bool is_available(VocabularyKind kind);

// The special entries of every vocabulary.
inline constexpr std::int32_t pad_id = 0;      // <pad>: fills batches
inline constexpr std::int32_t unknown_id = 1;  // <unk>: a piece the vocabulary lacks
inline constexpr std::int32_t start_id = 2;    // <s>
inline constexpr std::int32_t end_id = 3;      // </s>
inline constexpr std::size_t special_entries = 4;

}  // namespace heed
