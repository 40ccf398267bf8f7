// SPDX-License-Identifier: MPL-2.0
// The citizen's page.
import "./main.css";

document.documentElement.dataset["build"] = __BUILD__;
