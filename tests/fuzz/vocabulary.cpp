#include "cut_text.h"
#include "targets.h"

#include <heed/models/text/piece_list.h>

namespace heed::fuzz {

void vocabulary(std::string_view bytes) {
  try {
    const auto list = PieceList::parse(bytes, "vocabulary");
    const auto again = PieceList::parse(list->bytes(), "vocabulary");
    require(list->bytes() == again->bytes(), "a vocabulary that was written is read again");
    for (const std::string_view text : {std::string_view("A man, smiling. \n\\ ￭"), bytes}) {
      if (first_invalid_utf8(text)) continue;
      const std::vector<std::int32_t> ids = list->split(text);
      for (const std::int32_t id : ids) list->piece(id);
      require(!first_invalid_utf8(list->join(ids)), "joined text is UTF-8");
    }
  } catch (const Error&) {
  }
}

}  // namespace heed::fuzz
