#include "require.h"
#include "targets.h"
#include <nlohmann/json.hpp>

#include <heed/models/training/checkpoint_json.h>

namespace heed::fuzz {

void config(std::string_view bytes) {
  try {
    const CheckpointInfo info = checkpoint_info(nlohmann::json::parse(bytes));
    const CheckpointInfo again = checkpoint_info(nlohmann::json::parse(to_json(info).dump()));
    require(difference(info, again).empty(), "a description that was written is read again");
  } catch (const Error&) {
  } catch (const nlohmann::json::exception&) {  // which read_checkpoint() reports with the path
  }
}

}  // namespace heed::fuzz
