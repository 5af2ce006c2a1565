// Words or characters as a list of pieces, each of which has its place as its id.
#pragma once

#include <memory>
#include <unordered_map>

#include <heed/models/text/segmentation.h>

namespace heed {

// Four special entries, then pieces by falling frequency, ties by byte order.
class PieceList final : public Segmentation {
 public:
  // Keeps the most frequent pieces of the texts, at most `max_size` entries in all. Throws Error when there
  // are none. The kind is word or character.
  static std::shared_ptr<const PieceList> train(std::span<const std::string> texts, VocabularyKind kind,
                                                std::size_t max_size);

  // The list whose bytes() these are. Throws Error, naming path and line, for any others.
  static std::shared_ptr<const PieceList> parse(std::string_view bytes, const std::string& path);

  VocabularyKind kind() const override { return kind_; }
  std::size_t size() const override { return entries_.size(); }
  std::vector<std::int32_t> split(std::string_view text) const override;
  std::string join(std::span<const std::int32_t> ids) const override;
  const std::string& piece(std::int32_t id) const override { return entries_[static_cast<std::size_t>(id)]; }
  std::string bytes() const override;

 private:
  explicit PieceList(VocabularyKind kind);  // the special entries alone
  bool add(std::string entry);              // false: it is there already

  VocabularyKind kind_;
  std::vector<std::string> entries_;
  std::unordered_map<std::string, std::int32_t> ids_;
};

}  // namespace heed
