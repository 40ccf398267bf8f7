// SPDX-License-Identifier: MPL-2.0
// The staff pages.
import { render } from "preact";
import "./main.css";

const page = document.getElementById("page");
if (page) render(<p>{__BUILD__}</p>, page);
