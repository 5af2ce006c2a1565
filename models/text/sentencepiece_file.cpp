#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include <heed/graph/error.h>
#include <heed/models/text/sentencepiece_file.h>
#include <heed/models/text/utf8.h>

namespace heed {

namespace {

// The numbers of fields and enumerators in sentencepiece_model.proto.
enum ModelField : std::uint32_t { pieces = 1, trainer = 2, normalizer = 3, self_test = 4, denormalizer = 5 };
enum PieceField : std::uint32_t { piece_text = 1, piece_score = 2, piece_type = 3 };
enum PieceType : std::uint64_t { normal = 1, unknown = 2, control = 3, byte = 6 };
constexpr std::uint32_t trainer_model_type = 3;
constexpr std::uint32_t trainer_unknown_surface = 44;  // what decoding writes for an unknown piece
constexpr std::uint32_t normalizer_character_map = 2;
constexpr std::uint32_t self_test_samples = 1;

enum WireType : std::uint32_t { varint = 0, fixed64 = 1, delimited = 2, fixed32 = 5 };

// Complains about a place in the file.
class Complaint {
 public:
  Complaint(std::string_view file, const std::string& path) : file_(file), path_(path) {}

  [[noreturn]] void operator()(std::string_view at, std::string_view what) const {
    throw Error(fmt::format("{} is a damaged SentencePiece model, byte {}: {}; fetch or train it again",
                            path_, at.data() - file_.data(), what));
  }

 private:
  std::string_view file_;
  const std::string& path_;
};

struct Field {
  std::uint32_t number = 0;
  WireType type = varint;
  std::uint64_t value = 0;  // of all types but delimited
  std::string_view bytes;   // of delimited ones
  std::string_view at;      // where the field stands
};

// The fields of one message, one after another.
class Fields {
 public:
  Fields(std::string_view message, const Complaint& complain) : rest_(message), complain_(complain) {}

  std::optional<Field> next() {
    if (rest_.empty()) return std::nullopt;
    Field field;
    field.at = rest_;
    const std::uint64_t tag = read_varint();
    field.number = static_cast<std::uint32_t>(tag >> 3);
    field.type = static_cast<WireType>(tag & 7);
    if (field.number == 0 || tag > 0xFFFFFFFFu) complain_(field.at, "this is no field");
    switch (field.type) {
      case varint:
        field.value = read_varint();
        return field;
      case fixed64:
        field.value = read_little_endian(take(8));
        return field;
      case fixed32:
        field.value = read_little_endian(take(4));
        return field;
      case delimited:
        field.bytes = take(read_varint());
        return field;
    }
    complain_(field.at, "this is no field");
  }

 private:
  std::uint64_t read_varint() {
    std::uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      const auto next = static_cast<unsigned char>(take(1).front());
      value |= static_cast<std::uint64_t>(next & 0x7F) << shift;
      if (next < 0x80) return value;
    }
    complain_(rest_, "a number has too many digits");
  }

  static std::uint64_t read_little_endian(std::string_view bytes) {
    std::uint64_t value = 0;
    for (std::size_t i = bytes.size(); i-- > 0;) value = value << 8 | static_cast<unsigned char>(bytes[i]);
    return value;
  }

  std::string_view take(std::uint64_t count) {
    if (count > rest_.size()) complain_(rest_, "more should follow, but the file or its part ends");
    const std::string_view taken = rest_.substr(0, count);
    rest_.remove_prefix(count);
    return taken;
  }

  std::string_view rest_;
  const Complaint& complain_;
};

std::string_view message_of(const Field& field, const Complaint& complain) {
  if (field.type != delimited) complain(field.at, "a message must stand here");
  return field.bytes;
}

// A map that normalises characters: the length of a trie, the trie, and the replacements it points into,
// each ended by NUL. The library follows the trie without looking whether it stays inside.
//
// The trie is a double array as darts-clone writes it. A unit's low byte is the character that leads to it,
// bit 8 says that a value stands at its offset, bits 10 to 30 are the offset (in steps of 256 where bit 9 is
// set), and bit 31 marks values. From unit i, character c leads to unit i xor offset xor c.
void check_character_map(std::string_view map, const Complaint& complain) {
  constexpr std::size_t unit_size = 4;
  const auto word_at = [&](std::size_t offset) {
    std::uint32_t word = 0;
    for (std::size_t i = unit_size; i-- > 0;) word = word << 8 | static_cast<unsigned char>(map[offset + i]);
    return word;
  };
  if (map.empty()) return;
  if (map.size() <= unit_size) complain(map, "the character map is too short");
  const std::size_t trie_bytes = word_at(0);
  if (trie_bytes == 0 || trie_bytes % unit_size != 0 || trie_bytes >= map.size() - unit_size) {
    complain(map, "the trie of the character map does not fit in");
  }
  const std::size_t units = trie_bytes / unit_size, replacements = map.size() - unit_size - trie_bytes;
  const auto unit = [&](std::size_t index) { return word_at((1 + index) * unit_size); };
  if (map.back() != '\0') complain(map, "the last replacement of the character map has no end");
  for (std::size_t i = 0; i < units; ++i) {
    const std::uint32_t word = unit(i);
    if (i != 0 && word >> 31 != 0) continue;
    const std::size_t offset = static_cast<std::size_t>(word >> 10 & 0x1FFFFF) << ((word & 0x200) >> 6);
    const std::size_t target = i ^ offset;
    const bool leaves = (target | 0xFF) >= units;
    const bool has_value = (word & 0x100) != 0;
    if (leaves || (has_value && (unit(target) & 0x7FFFFFFF) >= replacements)) {
      complain(map, fmt::format("unit {} of the character map's trie points out of it", i));
    }
  }
}

void check_normalizer(std::string_view message, const Complaint& complain) {
  Fields fields(message, complain);
  bool has_map = false;
  while (const auto field = fields.next()) {
    if (field->number != normalizer_character_map) continue;
    if (has_map) complain(field->at, "there is a character map already");
    has_map = true;
    check_character_map(message_of(*field, complain), complain);
  }
}

void check_self_test(std::string_view message, const Complaint& complain) {
  Fields fields(message, complain);
  while (const auto field = fields.next()) {
    if (field->number != self_test_samples) continue;
    Fields sample(message_of(*field, complain), complain);
    while (sample.next()) continue;
  }
}

struct Piece {
  std::string_view text;
  std::uint64_t type = normal;
};

bool names_a_byte(std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  return text.size() == 6 && text.starts_with("<0x") && text.ends_with(">") &&
         digits.find(text[3]) != std::string_view::npos && digits.find(text[4]) != std::string_view::npos;
}

Piece check_piece(std::string_view message, const Complaint& complain) {
  constexpr float largest_score = 1e9F;  // sums of scores stay finite
  Piece piece;
  Fields fields(message, complain);
  while (const auto field = fields.next()) {
    if (field->number == piece_text) piece.text = message_of(*field, complain);
    if (field->number == piece_type) {
      if (field->type != varint) complain(field->at, "a type must stand here");
      piece.type = field->value;
    }
    if (field->number == piece_score) {
      if (field->type != fixed32) complain(field->at, "a score must stand here");
      const auto score = std::bit_cast<float>(static_cast<std::uint32_t>(field->value));
      if (!(std::abs(score) <= largest_score)) complain(field->at, "this score is no number of its kind");
    }
  }
  if (piece.text.empty()) complain(message, "this piece is empty");
  if (first_invalid_utf8(piece.text)) complain(piece.text, "this piece is not UTF-8");
  if (piece.text.find('\0') != std::string_view::npos) complain(piece.text, "this piece holds a NUL");
  if (piece.type < normal || piece.type > byte) complain(message, "there is no such type of piece");
  if (piece.type == byte && !names_a_byte(piece.text)) complain(message, "this piece names no byte");
  return piece;
}

void check_special(std::size_t id, const Piece& piece, const std::string& path) {
  constexpr std::array<Piece, special_entries> special{Piece{"<pad>", control}, Piece{"<unk>", unknown},
                                                       Piece{"<s>", control}, Piece{"</s>", control}};
  if (id >= special.size()) return;
  if (piece.text == special[id].text && piece.type == special[id].type) return;
  throw Error(
      fmt::format("{}: entry {} of the SentencePiece model is {}, but heed needs {} there; train it with "
                  "--pad_id={} --unk_id={} --bos_id={} --eos_id={}",
                  path, id, piece.text, special[id].text, pad_id, unknown_id, start_id, end_id));
}

VocabularyKind check_trainer(std::string_view message, const Complaint& complain, const std::string& path) {
  constexpr std::uint64_t unigram = 1, bpe = 2;
  std::uint64_t type = unigram;
  Fields fields(message, complain);
  while (const auto field = fields.next()) {
    if (field->number == trainer_unknown_surface && first_invalid_utf8(message_of(*field, complain))) {
      complain(field->at, "what stands for unknown pieces is not UTF-8");
    }
    if (field->number != trainer_model_type) continue;
    if (field->type != varint) complain(field->at, "the type of the model must stand here");
    type = field->value;
  }
  if (type == unigram) return VocabularyKind::unigram;
  if (type == bpe) return VocabularyKind::bpe;
  throw Error(fmt::format("{} is a SentencePiece model of another type; heed reads bpe and unigram", path));
}

}  // namespace

// Pieces come first, and in each piece its text: field 1, a length, field 1.
bool resembles_sentencepiece(std::string_view bytes) {
  return bytes.size() > 2 && bytes[0] == '\n' && bytes[2] == '\n';
}

VocabularyKind check_sentencepiece(std::string_view bytes, const std::string& path) {
  const Complaint complain(bytes, path);
  std::size_t size = 0;
  std::optional<VocabularyKind> kind;
  std::array<bool, denormalizer + 1> seen{};
  Fields fields(bytes, complain);
  while (const auto field = fields.next()) {
    if (field->number > denormalizer) continue;
    if (field->number != pieces && std::exchange(seen[field->number], true)) {
      complain(field->at, "this part of the model is there already");
    }
    const std::string_view message = message_of(*field, complain);
    if (field->number == pieces) check_special(size++, check_piece(message, complain), path);
    if (field->number == trainer) kind = check_trainer(message, complain, path);
    if (field->number == self_test) check_self_test(message, complain);
    if (field->number == normalizer || field->number == denormalizer) check_normalizer(message, complain);
  }
  const std::string_view end = bytes.substr(bytes.size());
  if (size <= special_entries) complain(end, "the model has no pieces");
  if (!kind || !seen[normalizer]) complain(end, "the file ends early");
  return *kind;
}

}  // namespace heed
