#ifndef SSHSYNC_BASE_RANDOM_H_
#define SSHSYNC_BASE_RANDOM_H_

#include <string>

namespace sshsync {

/// 128 random bits as 32 hex digits: a mark that nothing else prints, a name that nothing else has.
std::string RandomMark();

}  // namespace sshsync

#endif  // SSHSYNC_BASE_RANDOM_H_
